"""First names, family names and ordinary words, from the data files of the package `mimesis`.

The package itself is not imported: its lists are read when they are first asked for. All words stand
as `bare` gives them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .naming import in_order


def listed(words: str) -> frozenset[str]:
    """Words of a list that is written as a text."""
    return frozenset(words.split())


PEOPLE = in_order("en, fr, de, de-at, de-ch, es, es-mx, it, nl, pt, pt-br, pl, cs, da, no, sv, tr")
"""Countries whose names of people are known: those that write them in Latin letters."""
TEXTS = ("en", "fr", "de", "es")
"""Languages whose ordinary words, occupations and places are known."""
CHIEFLY = listed(
    "aaron adam adrian alan albert alex alexander alice allen alvin amy andrew andy ann anna anne anthony antonio "
    "arnold arthur barbara barry ben billy bob brad brandon brian bruce bryan carl carlos carol charles charlie "
    "chris christian christopher craig dan daniel daphne dave david dennis diego dominique donald donna doug "
    "douglas duncan ed edmond edward elizabeth ellen emily emma eric eugene everett francis francisco frank fred "
    "frederick gary george gilbert gordon graham greg harry harvey helen helena helene henry howard ian isabelle "
    "jack james jason jay jean jeff jennifer jerry jessica jim jimmy joe john johnny jon jonathan jose joseph juan "
    "karen kate katrina keith kelly ken kerry kevin kim kyle larry laura lawrence leo lewis linda lisa louis lucia "
    "lucie luke lynn marc margaret maria mariana marie marion mark martin mary matt matthew maurice melissa michael "
    "michelle mike mitchell neil nicholas nick norman pat patrick paul peter phil philip pierre ralph ray raymond "
    "rebecca richard rick rob robert roger ron roselle ross russell ryan sam samuel sandra sara sarah scott sean "
    "sebastian sidney simon stephen steve steven stewart susan terry thomas tim tom tony tracy tristan tyler victor "
    "vincent walter wayne william xenia zoe"
)
"""First names that also stand in the lists of words and places, yet are read as names."""
ADDED = listed(
    "jane becky beverly beverley brittany brittney brooke candace carrie cassidy cheryl connor conor deanna eileen "
    "gwendolyn jeanette joann kaitlin kaitlyn katelyn kelli kristi kristie kristy latoya laurie mackenzie meagan "
    "meghan meredith paige pam patty rhonda robyn sheena shelley shelly sheri sherri sherry sheryl stacie sue "
    "tabitha tami tammy tanya terri tonya traci tricia vicki bethan clive gillian graeme hazel hollie iain jayne "
    "kirsty reece rhys sian marguerite maggie renee maryse fernand francine geoffroy geraldine germaine huguette "
    "jeanine jocelyne marjorie martial murielle mustafa odile pascale pol rachida renaud rodolphe sandrine sylvain "
    "jurgen joerg juergen guenter gunter guenther hellmut jochen kristiane ekkehard eckhard eckart burkhard "
    "heribert ludger meinhard klemens hinrich gianfrancesco lamberto raffaele candela encarna maricela xiomara "
    "abdullah huseyin dragan filiz branko georgios aleksandr"
)
"""Common first names that the lists lack."""
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Lexicon:
    """What is known of single words (`given`, `family`, `words`), and of whole texts that are `places` or firms.

    `doubtful` are first names that are a word or a place as well: April, Paris, Page.
    """

    given: frozenset[str]
    doubtful: frozenset[str]
    family: frozenset[str]
    words: frozenset[str]
    places: frozenset[str]


@lru_cache
def read_lexicon() -> Lexicon:
    """The lists, read once.

    >>> known = read_lexicon()
    >>> "marie" in known.given, "april" in known.doubtful, "dupont" in known.family, "marketing" in known.words
    (True, True, True, True)
    """
    home = _home()
    first_names: list[str] = []
    family: list[str] = []
    words: list[str] = []
    places: list[str] = []
    for country in PEOPLE:
        person = _read(home, country, "person")
        first_names += _flat(person.get("names"))
        family += _flat(person.get("surnames"))
        if country in TEXTS:
            words += [*_flat(person["occupation"]), *_flat(person["nationality"]), *_flat(person["language"])]
    for language in TEXTS:
        text, address, when = (_read(home, language, part) for part in ("text", "address", "datetime"))
        words += [*_flat(text["words"]), *_flat(text["color"]), *_flat(address["street"]["suffix"]), *_flat(when)]
        countries = [*_flat(address["country"]["name"]), *_flat(address["continent"]), *_flat(address["state"]["name"])]
        words += countries
        places += [*countries, *_flat(address["city"]), *_flat(_read(home, language, "finance")["company"]["name"])]
    first, last, place_names = _folded(first_names) | ADDED, _folded(family), _folded(places)
    ordinary = frozenset(_WORD.findall(" ".join(_folded(words)))) - CHIEFLY
    doubtful = (first & (ordinary | place_names)) - CHIEFLY
    return Lexicon(first, doubtful, last, ordinary, place_names)


def names_of(country: str) -> tuple[list[str], list[str]]:
    """Given and family names of one country, as they are written there."""
    person = _read(_home(), country, "person")
    return _flat(person.get("names")), _flat(person.get("surnames"))


def spoken_of() -> tuple[list[str], list[str]]:
    """Nationalities and languages as they are named in all countries whose names are known."""
    people = [_read(_home(), country, "person") for country in PEOPLE]
    return [text for p in people for text in _flat(p.get("nationality"))], [
        t for p in people for t in _flat(p.get("language"))
    ]


def _home() -> Path:
    """Where the lists of `mimesis` lie.

    Raises
    ------
    ModuleNotFoundError
        The package is not there.
    """
    spec = find_spec("mimesis")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("calibrate needs the package mimesis for its lists of names: pip install mimesis")
    return Path(spec.submodule_search_locations[0]) / "datasets"


def _read(home: Path, language: str, part: str) -> dict[str, Any]:
    lists: dict[str, Any] = json.loads((home / language / f"{part}.json").read_bytes())
    return lists


def _flat(lists: object) -> list[str]:
    """All texts in lists and tables of lists."""
    if isinstance(lists, dict):
        return [text for entry in lists.values() for text in _flat(entry)]
    return lists if isinstance(lists, list) else []


def bare(text: str) -> str:
    """A text as it is looked up: small letters without accents, whatever is no Latin letter left out.

    >>> bare("Zélie MÜLLER-Groß")
    'zelie muller-gross'
    """
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()


def _folded(texts: list[str]) -> frozenset[str]:
    return frozenset(bare("\n".join(texts)).split("\n"))
