"""The executable half of the contracts: text, addresses, life cycles, strict JSON, safe printing.

Plain functions on plain values: no I/O, clock, randomness or logging, nothing but the standard library. The folder is
one unit with relative imports only, because it is copied byte for byte into the packages that are generated for others.

Names load their module at first use, so that an import costs only what is used (DESIGN.md, "Import").
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .address import AddressError as AddressError
    from .address import Kind as Kind
    from .address import Role as Role
    from .address import check as check
    from .address import classify as classify
    from .alphabet import TextError as TextError
    from .documented import documented_segments as documented_segments
    from .json_text import JsonValue as JsonValue
    from .json_text import Malformed as Malformed
    from .json_text import strict_json as strict_json
    from .life_cycle import LIFE_CYCLES as LIFE_CYCLES
    from .life_cycle import LifeCycle as LifeCycle
    from .segments import Measure as Measure
    from .segments import measure as measure
    from .segments import split as split
    from .untrusted import printable as printable

__all__ = (
    "LIFE_CYCLES",
    "AddressError",
    "JsonValue",
    "Kind",
    "LifeCycle",
    "Malformed",
    "Measure",
    "Role",
    "TextError",
    "check",
    "classify",
    "documented_segments",
    "measure",
    "printable",
    "split",
    "strict_json",
)
_HOME = {
    "address": ("AddressError", "Kind", "Role", "check", "classify"),
    "alphabet": ("TextError",),
    "documented": ("documented_segments",),
    "json_text": ("JsonValue", "Malformed", "strict_json"),
    "life_cycle": ("LIFE_CYCLES", "LifeCycle"),
    "segments": ("Measure", "measure", "split"),
    "untrusted": ("printable",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # already loaded by the interpreter; here to keep the namespace clean

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
