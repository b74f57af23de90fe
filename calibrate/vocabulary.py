"""Words that stand for no answer, and words that mean yes and no, in seven languages."""

from __future__ import annotations

import re

# fmt: off
PLACEHOLDERS = frozenset((
    "-", "--", "---", "?", "??", "???", ".", "..", "...", "#n/a", "#na", "n/a", "n.a.", "n.a", "na", "nan", "null",
    "<null>", "(null)", "nil", "#ref!", "#value!", "#div/0!", "#null!", "#name?", "tbd", "tba", "(blank)", "blank",
    "(empty)", "empty", "missing", "(missing)", "(not set)", "not set", "-none-", "--none--", "- none -", "select",
    "select...", "select one", "select an option", "please select", "- select -", "-- select --", "--select--",
    "choose", "choose one", "please choose", "not selected", "unknown", "(unknown)", "not known", "undefined",
    "not defined", "undisclosed", "unspecified", "not specified", "not provided", "none given", "not given",
    "not available", "not applicable", "not answered", "no answer", "no value", "no data", "to be defined",
    "to be determined", "vide", "(vide)", "n.c.", "n/c", "n.r.", "n/r", "n.d.", "n/d", "s/o", "inconnu", "inconnue",
    "non renseigné", "non renseignée", "non renseigne", "non renseignee", "non communiqué", "non communique",
    "non précisé", "non precise", "non défini", "non defini", "non spécifié", "non specifie", "non disponible",
    "non applicable", "à définir", "a definir", "à renseigner", "à compléter", "à sélectionner", "sélectionner",
    "selectionner", "sélectionnez", "selectionnez", "choisir", "choisissez", "aucune réponse", "sans réponse",
    "pas de réponse", "\\n", "—", "–", "―", "(none)", "<none>", "[none]", "(no value)", "<no value>", "[null]",
    "<na>", "n\\a",
    "#nv", "#n/d", "#nd", "#valeur!", "#wert!", "#bezug!", "#nombre?", "not stated", "n/s", "no especificado",
    "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}", "(vide)", "non indiqué",
    "k. a.", "k.a.", "keine angabe", "keine angaben", "ohne angabe", "nicht angegeben", "nicht bekannt", "unbekannt",
    "(leer)", "leer", "kein wert", "bitte wählen", "bitte auswählen", "s/d", "s. d.", "s.d.", "sin datos", "sin dato",
    "sin especificar", "no especificada", "desconocido", "desconocida", "no disponible", "no aplica",
    "sin respuesta", "(en blanco)", "(vacío)", "vacío", "vacio", "(vacio)", "seleccionar", "seleccione",
    "non specificato", "non specificata", "sconosciuto", "sconosciuta", "non indicato", "non disponibile", "(vuoto)",
    "vuoto", "da definire", "selezionare", "seleziona", "nessuna risposta", "não informado", "nao informado",
    "não informada", "não especificado", "desconhecido", "desconhecida", "sem informação", "sem informacao",
    "não disponível", "não se aplica", "n/i", "(vazio)", "vazio", "selecione", "sem resposta", "onbekend",
    "niet opgegeven", "niet ingevuld", "n.v.t.", "nvt", "geen antwoord", "(leeg)", "leeg", "maak een keuze",
))
# fmt: on
"""Texts that forms and exports write where nobody answered; 'None' and 'Other' are answers."""

_PROMPTS = """
select, select one, select an option, select a value, please select, please select one, choose, choose one,
choose an option, please choose, pick one, sélectionner, sélectionnez, choisir, choisissez, veuillez choisir,
veuillez sélectionner, sélectionnez une option, choisissez une option, bitte wählen, bitte auswählen, auswählen,
wählen sie, bitte wählen sie, seleccionar, seleccione, seleccione una opción, elija, elegir, elija una opción,
selezionare, seleziona, scegli, scegliere, seleziona un'opzione, selecione, selecione uma opção, escolha,
escolha uma opção, maak een keuze, maak uw keuze, kies, kies een optie, selecteer
"""
PROMPTS = frozenset(phrase.strip() for phrase in _PROMPTS.split(","))
"""What a form asks for and exports where nobody chose, with whatever signs around it."""

_NO_NUMBER = """
none inf -inf +inf infinity -infinity aucun aucune nc nr nd keine keiner ninguno ninguna nessuno nessuna nenhum nenhuma
geen
"""
NUMBER_PLACEHOLDERS = PLACEHOLDERS | frozenset(_NO_NUMBER.split())
"""Among numbers, more words can only mean that there is none."""

_YES = "yes y true t on 1 x", "oui o vrai", "ja j wahr", "si sí s verdadero", "sim verdadeiro", "vero", "waar"
_NO = "no n false f off 0", "non faux", "nein falsch", "falso", "não nao", "nee neen onwaar"
YES = frozenset(word for words in _YES for word in words.split())
"""Words of a yes, in small letters; of outcomes, some more mean yes (``leads.columns.outcome_words``)."""
NO = frozenset(word for words in _NO for word in words.split())
"""Words of a no."""


def is_placeholder(text: str) -> bool:
    """Whether a text stands for "not answered", as forms and exports write it.

    >>> [is_placeholder(t) for t in ("-- Please select --", " N/A ", "à définir", "None", "Other", "0")]
    [True, True, True, False, False, False]
    """
    words = " ".join(text.casefold().split())
    return words in PLACEHOLDERS or words.strip("-–—=*<>()[]{}.…:_ ") in PROMPTS


def shape_of(text: str) -> str:
    """How a text is written, without telling it: it may be a name or an address.

    >>> shape_of("Ana-70.12")
    'Aaa-99.99'
    """
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", lambda found: "A" if found[0].isupper() else "a", text))


BLANKS = " \t\r\n"
"""Characters that make a text blank when it has no others."""


THOUSANDS = " \u00a0\u202f'"
"""What may stand between thousands: blank, no-break space, narrow no-break space, apostrophe."""
