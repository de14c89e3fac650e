"""Immutable values compared by their fields: the little of `dataclasses` that the rules need.

`dataclasses` and `typing` take longer to import than all the rules together, and an import of the rules has a budget
of 15 ms over bare Python. Type checkers see ordinary frozen dataclasses.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import dataclass_transform
else:

    def dataclass_transform(**_kwargs):
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Record:
    """A value whose fields are its class's annotations, in their order; a class attribute is a default.

    Construction takes positions or names, like a frozen dataclass. raises TypeError for a wrong field list and
    AttributeError on assignment.
    """

    if not TYPE_CHECKING:  # a checker knows these from the transform

        def __init_subclass__(cls):
            cls.__match_args__ = tuple(cls.__annotations__)

        def __init__(self, *values, **named):
            names = self.__match_args__
            if len(values) == len(names) and not named:  # the common case
                self.__dict__.update(zip(names, values, strict=True))
                return
            fields = dict(zip(names, values, strict=False))
            if len(values) > len(names) or not fields.keys().isdisjoint(named) or not named.keys() <= set(names):
                raise TypeError(f"{type(self).__name__} takes the fields {', '.join(names)}, each once")
            fields.update(named)
            for name in names:
                if name not in fields:
                    if name not in type(self).__dict__:
                        raise TypeError(f"{type(self).__name__} needs the field {name}")
                    fields[name] = type(self).__dict__[name]
            self.__dict__.update({name: fields[name] for name in names})

        def __setattr__(self, name, value):
            raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be set")

        def __delattr__(self, name):
            raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be deleted")

    def _values(self) -> tuple[object, ...]:
        return tuple(self.__dict__.values())

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"
