"""Ten thousand texts as people send them, the same in every run."""

import random

_LATIN = [
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "the",
    "lazy",
    "dog",
    "your",
    "code",
    "is",
    "valid",
    "for",
    "minutes",
    "please",
    "call",
    "us",
    "at",
    "Hello",
    "World",
]
_SPANISH = [
    "mañana",
    "recibirás",
    "tu",
    "pedido",
    "número",
    "gracias",
    "por",
    "confiar",
    "en",
    "nosotros",
    "más",
    "información",
    "aquí",
    "está",
    "su",
    "código",
    "de",
    "verificación",
    "días",
    "atención",
    "también",
    "año",
    "teléfono",
    "dirección",
    "próxima",
]
_EMOJI = ["\U0001f600", "\U0001f389", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "\U0001f1eb\U0001f1f7", "\U0001f680"]


def _words(random_: random.Random, words: list[str], length: int) -> str:
    text = ""
    while len(text) < length:
        text += random_.choice(words) + random_.choice((" ", " ", " ", ", ", ". ", " 12 "))
    return text[:length]


def texts(count: int = 10_000) -> list[str]:
    """41 % ASCII of 20-150 characters, 25 % accented Spanish, 24 % with emoji, 10 % of 1000 characters."""
    random_ = random.Random(23038)
    made: list[str] = []
    for number in range(count):
        share = number % 100
        if share < 41:
            made.append(_words(random_, _LATIN, random_.randint(20, 150)))
        elif share < 66:
            made.append(_words(random_, _SPANISH, random_.randint(20, 150)))
        elif share < 90:
            text = _words(random_, _LATIN, random_.randint(20, 150))
            for _ in range(random_.randint(1, 3)):
                at = random_.randint(0, len(text))
                text = text[:at] + random_.choice(_EMOJI) + text[at:]
            made.append(text)
        else:
            made.append(_words(random_, random_.choice((_LATIN, _SPANISH)), 1000))
    random_.shuffle(made)
    return made


def addresses(count: int = 2_000) -> list[str]:
    """Telephone numbers in wire form."""
    random_ = random.Random(164)
    codes = ("1", "44", "57", "52", "49", "33", "34", "55", "91")
    return [f"+{random_.choice(codes)}{random_.randint(2, 9)}{random_.randint(10**8, 10**9 - 1)}" for _ in range(count)]
