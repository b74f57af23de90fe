"""Houses in French streets, by how they are written: the kinds of streets, their short forms, names without a kind.

Words that name a street but also other things ("cours", "place", "mail") tell a house only before a proper name or
before an article and a name, and not before what is taught, sold or ridden.
"""

from __future__ import annotations

import re

_NUMBER = r"(?<![\w.,/-])\d{1,4}(?i: ?(?:bis|ter|quater|[a-d]))?,? "
_OF = r"(?:(?:de la|de l['’]|des?|du|d['’]|la|les?|l['’]|aux?|à la|sur|sous) ?)"
_NAME = r"(?!{other})[A-ZÀ-Þ][a-zà-ÿ'’]+(?!\w)"
_OTHER = (
    "Anglais|Espagnol|Allemand|Italien|Français|Chinois|Japonais|Russe|Arabe|Portugais|Néerlandais|Maths?|"
    "Mathématiques|Physique|Chimie|Biologie|Histoire|Musique|Piano|Guitare|Chant|Danse|Yoga|Pilates|Zumba|Fitness|"
    "Natation|Tennis|Photo\\w*|Dessin|Cuisine|Excel|Word|Power\\w*|Python|Java\\w*|Sql|Html|Illustrator|Indesign|"
    "Autocad|Sap|Salesforce|Tableau|Linux|Windows|Google|Gmail|Outlook|Yahoo|Hotmail|Orange|Business|English|"
    "Management|Marketing|Vente|Comptabilité|Finance|Droit|Digital|Data|Design|Online|Collectifs?|Particuliers?|"
    "Individuels?|Standards?|Premium|Pro|Gold|Silver|Confort|Express|Market|City|Contact|Drive|Navigo|Assises?|Debout|"
    "Libres?|Payantes?|Gratuites?|Réservées?|Principale|Secondaire|Étudiante?|Senior|Services?|Tourisme|Privée?|"
    "Lundi|Mardi|Mercredi|Jeudi|Vendredi|Samedi|Dimanche|Jours?|Mois|Semaines?|Ans?|Heures?|Fois|Minutes?"
)
_PROPER = _NAME.format(other=rf"(?:{_OTHER})\b")
_OTHER_WAYS = (
    r"(?:critiques?|possibles?|nationales?|départementales?|centrales?|de vente|"
    r"d['’]accès|de (?:dé)?chargement)\b"
)
_SURE = (
    r"(?i:rue|ruelle|avenue|av\.|boulevard|bd\.?|bl[dv]\.?|bvd\.?|blvd\.?|chemin|chem\.|impasse|imp\.|"
    r"all[eé]es?|quai|route|rte\.)"
)
_SHORT = (
    r"(?:[Aa]v|[Rr]\.|r|[Cc]h\.|[Cc]he?m?|[Rr]te|[Ii]mp|[Aa]ll\.|[Pp]l\.?|"
    r"[Ss]q\.?|[Pp]ass\.?|[Ff]bg?\.?|[Rr]és\.?)"
)
_MAYBE = (
    r"(?:[Cc]ours|[Pp]lace|[Ss]quare|[Pp]assage|[Ss]entier|[Ff]aubourg|[Pp]romenade|[Cc]los|[Cc]haussée|[Ee]splanade|"
    r"[Pp]arvis|[Mm]ontée|[Vv]enelle|[Ss]ente|[Rr]ésidence|[Ll]otissement|[Hh]ameau|[Cc]ité|[Rr]ond-[Pp]oint|"
    r"[Tt]raverse|[Dd]rève|[Rr]ocade|voie|villa|mail(?= [A-ZÀ-Þ][\w-]+ [A-ZÀ-Þ]| d)|cour|"
    r"galerie|quartier|carrefour|domaine|côte|levée|passerelle|"
    r"terrasse|rampe|digue|enclos|placette|ZAC?|ZI|zone (?:artisanale|industrielle))"
)
_LOUD = (
    r"(?:COURS|PLACE|SQUARE|PASSAGE|SENTIER|FAUBOURG|PROMENADE|CLOS|CHAUSS[EÉ]E|ESPLANADE|PARVIS|MONT[EÉ]E|"
    r"R[EÉ]SIDENCE|LOTISSEMENT|HAMEAU|CIT[EÉ]|VOIE|QUARTIER|PL\.?|SQ\.?|R\.|AV|CH\.)"
)
HOUSE = re.compile(
    rf"{_NUMBER}{_SURE} (?!{_OTHER_WAYS})[^\W\d_]|{_NUMBER}rue \d|"
    rf"{_NUMBER}{_SHORT} (?:{_OF}){{0,2}}{_PROPER}|{_NUMBER}{_MAYBE} (?:{_OF}){{0,2}}{_PROPER}|"
    rf"{_NUMBER}(?:{_MAYBE}|[Aa]ll|[Pp]ort|[Pp]ont|[Pp]orte|[Cc]arré) "
    r"(?:(?:de la|des|du) |(?:de l|d)['’])[A-ZÀ-Þ][a-zà-ÿ]|"
    rf"{_NUMBER}(?:{_SURE}|{_MAYBE}) du \d{{1,2}} [^\W\d_]{{3}}|"
    rf"{_NUMBER}(?:cours|place|square|passage|sentier|faubourg|résidence|lotissement|promenade|clos|ruelle|voie|cour) "
    r"(?:de la |de l['’]|des )(?!semaine|journée|langues?)[a-zà-ÿ]|"
    rf"{_NUMBER}{_LOUD} (?:(?:DE LA|DES?|DU|L[AE]S?) |D['’]|DE L['’]){{0,2}}(?i:(?!(?:{_OTHER}|VIP)\b))[A-ZÀ-Þ]{{3}}|"
    rf"{_NUMBER}(?:[Gg]rande?|[Pp]etite?|[Hh]aute|[Bb]asse|[Vv]ieille|[Vv]ieux|[Aa]ncienne?|[Nn]euve)"
    r"(?:['’ -]| ['’])(?:[Rr]ue|[Cc]hemin|[Rr]oute|[Pp]lace|[Cc]our)\b|"
    r"(?<!\w)[Gg]rand['’ -][Rr]ue,? \d{1,4}\b|(?<![\w.,/-])\d{1,4}(?: ?bis)?,? [Gg]rand['’ -][Rr]ue\b|"
    r"^\d{1,4},? (?:le|Le) (?:[Bb]ourg|[Vv]illage|[Hh]ameau)$|"
    rf"^(?:[Rr]ue|[Aa]venue|[Cc]hemin|[Rr]oute|[Pp]lace|[Qq]uai|[Bb]oulevard|[Ii]mpasse|[Aa]llées?|[Cc]ours|[Ss]quare)"
    rf" (?:{_OF}){{0,2}}(?:{_PROPER}[ -]?){{1,3}},? ?(?!(?:19|20)\d\d\b)\d{{1,4}} ?[a-z]?(?=$|,)|"
    r"\b(?:[Rr]ue|[Aa]venue|[Cc]hemin|[Rr]oute|[Pp]lace|[Qq]uai|[Bb]oulevard|[Ii]mpasse|[Aa]ll[ée]e) "
    r"(?:de la |de l['’]|des? |du |d['’])[A-ZÀ-Þ][\w'’-]{1,25} (?!(?:19|20)\d\d\b)\d{1,4} ?[a-z]?(?=$|,)|"
    r"\b(?i:lieu-?dit) [A-ZÀ-Þ]|^B\.?P\.? ?(?!(?:19|20)\d\d\b)\d{1,5}(?=$|,| \d{5}\b)"
)
"""A house in a French street, a farmstead, a post box."""


def is_french_house(text: str) -> bool:
    """Whether a text holds the address of a house in a French street.

    >>> [is_french_house(text) for text in ("6 cours Mirabeau", "12, allées de Tourny", "4 r. Foch", "3 Grande Rue")]
    [True, True, True, True]
    >>> [is_french_house(text) for text in ("6 cours Excel", "4 cours de yoga", "2 places assises", "1 mail Google")]
    [False, False, False, False]
    """
    return HOUSE.search(text) is not None
