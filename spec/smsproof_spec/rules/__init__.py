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
    from .documented import LIMITS as LIMITS
    from .documented import Limit as Limit
    from .documented import documented_differs as documented_differs
    from .documented import documented_segments as documented_segments
    from .documented import numparts as numparts
    from .explanation import Explanation as Explanation
    from .explanation import Fix as Fix
    from .explanation import Loss as Loss
    from .explanation import Offender as Offender
    from .explanation import explain as explain
    from .grapheme import UNICODE_VERSION as UNICODE_VERSION
    from .grapheme import clusters as clusters
    from .grapheme import split_graphemes as split_graphemes
    from .json_text import JsonValue as JsonValue
    from .json_text import Malformed as Malformed
    from .json_text import strict_json as strict_json
    from .language import LANGUAGES as LANGUAGES
    from .language import Choice as Choice
    from .language import cheapest as cheapest
    from .life_cycle import LIFE_CYCLES as LIFE_CYCLES
    from .life_cycle import LifeCycle as LifeCycle
    from .over_the_air import Header as Header
    from .over_the_air import UserData as UserData
    from .over_the_air import read_user_data as read_user_data
    from .over_the_air import read_user_data_header as read_user_data_header
    from .over_the_air import user_data as user_data
    from .over_the_air import user_data_header as user_data_header
    from .segments import Measure as Measure
    from .segments import measure as measure
    from .segments import split as split
    from .septets import decode as decode
    from .septets import encode as encode
    from .septets import pack as pack
    from .septets import pack_uncounted as pack_uncounted
    from .septets import unpack as unpack
    from .septets import unpack_uncounted as unpack_uncounted
    from .transliteration import Level as Level
    from .transliteration import Replacement as Replacement
    from .transliteration import Transliteration as Transliteration
    from .transliteration import transliterate as transliterate
    from .typed_address import normalise as normalise
    from .untrusted import printable as printable

__all__ = (
    "LANGUAGES",
    "LIFE_CYCLES",
    "LIMITS",
    "UNICODE_VERSION",
    "AddressError",
    "Choice",
    "Explanation",
    "Fix",
    "Header",
    "JsonValue",
    "Kind",
    "Level",
    "LifeCycle",
    "Limit",
    "Loss",
    "Malformed",
    "Measure",
    "Offender",
    "Replacement",
    "Role",
    "TextError",
    "Transliteration",
    "UserData",
    "cheapest",
    "check",
    "classify",
    "clusters",
    "decode",
    "documented_differs",
    "documented_segments",
    "encode",
    "explain",
    "measure",
    "normalise",
    "numparts",
    "pack",
    "pack_uncounted",
    "printable",
    "read_user_data",
    "read_user_data_header",
    "split",
    "split_graphemes",
    "strict_json",
    "transliterate",
    "unpack",
    "unpack_uncounted",
    "user_data",
    "user_data_header",
)
_HOME = {
    "address": ("AddressError", "Kind", "Role", "check", "classify"),
    "alphabet": ("TextError",),
    "documented": ("LIMITS", "Limit", "documented_differs", "documented_segments", "numparts"),
    "explanation": ("Explanation", "Fix", "Loss", "Offender", "explain"),
    "grapheme": ("UNICODE_VERSION", "clusters", "split_graphemes"),
    "json_text": ("JsonValue", "Malformed", "strict_json"),
    "language": ("LANGUAGES", "Choice", "cheapest"),
    "life_cycle": ("LIFE_CYCLES", "LifeCycle"),
    "segments": ("Measure", "measure", "split"),
    "septets": ("decode", "encode", "pack", "pack_uncounted", "unpack", "unpack_uncounted"),
    "transliteration": ("Level", "Replacement", "Transliteration", "transliterate"),
    "typed_address": ("normalise",),
    "untrusted": ("printable",),
    "over_the_air": ("Header", "UserData", "read_user_data", "read_user_data_header", "user_data", "user_data_header"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # here, to keep it out of the package's namespace

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
