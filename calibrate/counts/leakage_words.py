"""Words by which a column, or one of its levels, says that it knows the outcome; as `words_of` gives them.

A list per theme and language. Words of `ENDS` and `WORK` state the outcome or what sales did; those of `STEPS` and
`JUDGEMENTS` place a lead in the sales process, unless the name speaks of something else that has stages and scores (a
company, a project, a credit: `FIT`) and of nothing that is sold; a step of what is not said is asked about. Words of
`LATER` are often true when the lead came, and as often written afterwards: they only ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Theme = Literal["outcome", "process", "judgement", "later"]
Words = Mapping[str, tuple[str, ...]]

ENDS: Words = {
    "en": (
        "close", "closed?date", "closed", "closing", "won", "lost", "winner", "win", "loss", "losing", "outcome",
        "^results?", "(call|meeting|deal|sales) result", "converted", "conversion (date|rate|probability|time)",
        r"disqualif\w*", r"churn\w*", "renewal", "signed", "signature", r"invoic\w+",
        "(?<!type of )contracts?(?! type)",
        "payment", "onboarding", "go live", "kick ?off", "customer (since|date|at|status)", r"became an? \w+",
        "(associated|recent|first|last) deals?", "actual (value|revenue)", "expected revenue", r"reject\w*",
    ),
    "fr": (
        "clos", r"cloture\w*", "conclue?s?", "gagnee?s?", "perdue?s?", "perte", "signee?s?",
        "(?<!type de )contrats?", r"factur\w*", "paiement", "^resultats?", "client depuis", "date client", r"resili\w*",
    ),
    "de": (
        r"gewonnen\w*", r"verloren\w*", r"verlust\w*", r"abschluss\w*", r"abgeschlossen\w*", "unterschrieben",
        r"unterschrift\w*", r"rechnung\w*", r"(?<!art des )vertrag(s(datum|nummer|wert|beginn|ende))?", "kunde seit",
        r"gekundigt\w*", r"kundigung\w*", "^ergebnis", r"ablehnung\w*", r"abgelehnt\w*", r"zahlung\w*",
    ),
    "es": (
        "ganad[oa]s?", "perdid[oa]s?", "cerrad[oa]s?", "cierre", "firmad[oa]s?", r"(?<!tipo de )contratos?",
        r"factura\w*", "pago", "cliente desde", "^resultados?", r"rechaz\w*",
    ),
    "it": (
        "vint[oaie]", "pers[oaie]", "perdita", "chius[oaie]", "chiusura", "firmat[oaie]", "(?<!tipo di )contratt[oi]",
        r"fattur\w*", "pagamento", "cliente dal", "^esito", r"rifiut\w*",
    ),
    "pt": (
        "ganh[oa]s?", "perdas?", "fechad[oa]s?", "fechamento", "fecho", "assinad[oa]s?", r"fatura\w*",
        "cliente desde", r"rejeit\w*",
    ),
}  # fmt: skip
"""The outcome, and what only follows it."""

WORK: Words = {
    "en": (
        "(worked|contacted|called|handled|treated|touched) by (the )?(sales|sdr|bdr|reps?|team|agent)",
        "sales (worked|contacted|called|accepted)", "last (notable|significant|meaningful|sales) (activity|action)",
    ),
    "fr": (
        r"(travaillee?s?|contactee?s?|appelee?s?|traitee?s?|rappelee?s?) par (les? |l |un )?"
        r"(commerc\w+|vente\w*|vendeur\w*|equipe|sdr)",
    ),
    "de": (r"(bearbeitet|kontaktiert|angerufen) (von|vom|durch) \w+",),
    "es": (r"(trabajad|contactad|llamad|tratad)[oa] por (el |la )?(ventas|comercial|vendedor|equipo)",),
    "it": (r"(lavorat|contattat|chiamat|gestit)[oa] (da|dal|dalle|dai) (vendite|commercial\w+|venditor\w+|team)",),
    "pt": (r"(trabalhad|contatad|contactad|tratad)[oa] (por|pelo|pela) (vendas|comercial|vendedor|equipe|equipa)",),
}  # fmt: skip
"""What sales did with a lead."""

STEPS: Words = {
    "en": (
        "(deal|lifecycle)?stages?", "phase", "status", "stat(us|e) ?code", "tags?", "mql", "sql", "disposition",
        "(lead|deal|opportunity|contact|prospect|sales|opp|pipeline|call|follow up) state",
    ),
    "fr": (
        "etapes?", "^statut", "statut (du |de la |de l )?(lead|contact|prospect|affaire|opportunite|vente)",
        "avancement",
    ),
    "de": (r"\w*phase", r"\w*stufe", r"(lead|deal|kontakt|verkaufs|vertriebs)?status", "etikett(en)?", "fortschritt"),
    "es": ("etapas?", "fase", "estatus", "estado (del? )?(la )?(lead|contacto|negocio|oportunidad|venta)",
        "etiquetas?"),
    "it": ("fase", "stadio", "stato (del? )?(la )?(lead|contatto|trattativa|opportunita|vendita)", "etichett[ae]"),
    "pt": ("etapas?", "fase", "situacao (do|da) \\w+", "estado (do|da) (lead|contato|negocio|oportunidade|venda)"),
}  # fmt: skip
"""Where a lead stands in the sales process."""

JUDGEMENTS: Words = {
    "en": (
        r"\w*score", "scoring", "index", "probability", r"forecast\w*",
        "(lead|prospect|contact) (quality|profile|grade|rating|temperature)",
    ),
    "fr": ("probabilite", "previsions?", "(qualite|note|notation|profil|temperature) du (lead|contact|prospect)"),
    "de": (r"\w*wahrscheinlichkeit", r"\w*prognose", r"\w*bewertung", r"\w*punktzahl", "leadqualitat"),
    "es": ("probabilidad", "pronostico", "puntuacion", "puntaje", "calidad (del? )?(lead|contacto|prospecto)"),
    "it": ("probabilita", "previsione", "punteggio", "qualita (del )?(lead|contatto)"),
    "pt": ("probabilidade", "previsao", "pontuacao", "qualidade (do )?(lead|contato|contacto)"),
}  # fmt: skip
"""What another system, or a person, made of a lead."""

LATER: Words = {
    "en": (
        r"(last|latest|most recent) (\w+ )?"
        r"(touch(point)?|activity|action|contact(ed)?|call|meeting|modified|engagement)",
        "(call|phone|talk) ?(duration|minutes|seconds|time|length)", "duration( of (the )?(last )?calls?)?$",
        "(minutes|seconds|time) (on|by) (the )?(phone|call)s?",
        "(number of |num |total |no of )?(sales )?calls( made)?$",
        "e ?mails? (exchanged|sent|received|replies|replied)", "(number of |num )e ?mails", "next (step|action)",
        "^reasons?$", "follow ups?", "(notes|remarks?|comments?)$", "(times|number of) contact(s|ed)",
        "meetings? (held|booked|done)", "(owner|team) change[sd]?",
    ),
    "fr": (
        "(dernier|derniere) (\\w+ )?(contact|activite|action|appel|echange|interaction|modification)",
        "(duree|minutes|temps) (de l |d |des |de |au |d un )?(appels?|telephone)",
        "(nombre|nb) (d |de )?(appels|relances)",
        "(e ?mails?|mails) (echanges|envoyes|recus)", "(nombre|nb) (d |de )(e ?mails?|mails)", "^(motif|raison)s?$",
        "prochaine (etape|action)", "(remarques?|commentaires?|notes)$", "relances?",
    ),
    "de": (
        r"letzte[rs]? (\w+ )?(kontakt|aktivitat|aktion|anruf|anderung)", r"(anruf|gesprachs|telefon)\w*(dauer|minuten)",
        "anzahl (der )?(anrufe|e ?mails|kontakte)", "^grund$", "nachster schritt", "(bemerkung|kommentar)(en|e)?$",
    ),
    "es": (
        r"ultim[oa] (\w+ )?(contacto|actividad|accion|llamada|interaccion|modificacion)",
        "(duracion|minutos) (de la |de |en )?(llamadas?|telefono)", "numero de (llamadas|correos|e ?mails|contactos)",
        "^(motivo|razon)$", "proximo paso", "(notas|comentarios?)$",
    ),
    "it": (
        r"ultim[oa] (\w+ )?(contatto|attivita|azione|chiamata|interazione|modifica)",
        "(durata|minuti) (della |di |al |delle )?(chiamat[ae]|telefonat[ae]|telefono)",
        "numero (di )?(chiamate|e ?mails?|contatti)", "^motivo$", "prossim[oa] (passo|azione)", "(note|commenti)$",
    ),
    "pt": (
        r"ultim[oa] (\w+ )?(contato|contacto|atividade|acao|chamada|ligacao|interacao)",
        "(duracao|minutos) (da |de |ao |das )?(chamadas?|ligac(ao|oes)|telefone)",
        "numero de (chamadas|ligacoes|e ?mails)", "^motivo$", "proximo passo", "(notas|comentarios?)$",
    ),
}  # fmt: skip
"""What is known when a lead comes, or only after sales have worked it: the name does not tell."""

SPANS: Words = {
    "en": ("days", "hours", "time", "age", "duration", "ratio"), "fr": ("delai", "duree", "jours", "temps"),
    "de": ("tage", "dauer", "zeit"), "es": ("dias", "tiempo", "plazo", "duracion"),
    "it": ("giorni", "tempo", "durata"), "pt": ("dias", "tempo", "prazo", "duracao"),
}  # fmt: skip
"""A span of time; together with one of `MARKS` it tells how long the sale took."""

MARKS: Words = {
    "en": (
        "identified", r"qualif\w+", r"validat\w+", r"sign\w*", r"conver\w+", "pipeline", "funnel", "deal", "sale",
        "opportunity",
    ),
    "fr": (r"identifie\w*", r"qualif\w*", r"valid\w*", "signature", "conclusion", r"vente\w*", "affaire"),
    "de": (r"qualifi\w*", r"identifizier\w*", r"validier\w*", "verkauf", "geschaft"),
    "es": (r"identificad\w*", r"calific\w*", r"cualific\w*", "firma", "venta", "negocio"),
    "it": (r"identificat\w*", r"qualific\w*", "firma", "vendita", "trattativa"),
    "pt": (r"identificad\w*", r"qualific\w*", "assinatura", "venda", "negocio"),
}  # fmt: skip

FIT: Words = {
    "en": (
        "funding", "company", "firm", "business", "project", "legal", "credit", "marital", "civil", "family",
        "employment", "job", "career", "professional", "occupation", "life", "growth", "startup", "product",
        "technology",
        "maturity", "digital", "construction", "building", "planning", "permit", "budget", "tax", "vat", "visa",
        "residence", "student", "education", "school", "clinical", "regulatory", "development", "risk", "esg", "carbon",
        "energy", "ownership", "insurance", "price", "vehicle", "property", "market", "economic", "engine",
    ),
    "fr": (
        "financement", "entreprise", "societe", "projet", "juridique", "marital", "matrimonial", "familial", "emploi",
        "professionnel", "carriere", "vie", "croissance", "produit", "maturite", "construction", "travaux", "budget",
        "fiscal", "etudes", "risque", "energie", "solvabilite", "proprietaire", "marche",
    ),
    "de": (
        "finanzierung", "unternehmen", "firma", r"firmen\w*", r"unternehmens\w*", "projekt", r"projekt\w*",
        r"rechts\w*",
        r"kredit\w*", "bonitat", "beruf", r"berufs\w*", "familie", r"lebens\w*", "wachstum", "produkt", r"bau\w*",
        "risiko", "steuer", r"finanzierungs\w*", r"bildungs\w*", "markt",
    ),
    "es": (
        "financiacion", "financiamiento", "empresa", "sociedad", "proyecto", "juridic[oa]", "credito", "crediticia",
        "civil",
        "empleo", "laboral", "familiar", "vida", "crecimiento", "producto", "obra", "riesgo", "fiscal", "mercado",
    ),
    "it": (
        "finanziamento", "azienda", "societa", "impresa", "progetto", "giuridic[oa]", "legale", "credito", "creditizio",
        "civile", "lavoro", "familiare", "vita", "crescita", "prodotto", "cantiere", "rischio", "fiscale", "mercato",
    ),
    "pt": (
        "financiamento", "empresa", "sociedade", "projeto", "projecto", "juridic[oa]", "credito", "civil", "emprego",
        "familiar", "vida", "crescimento", "produto", "obra", "risco", "fiscal", "mercado",
    ),
}  # fmt: skip
"""Things outside the sale that have stages, statuses, scores and phases of their own."""

SOLD: Words = {
    "en": (
        "leads?", "deals?", "sales?", "pipeline", "opportunity", "opportunities", "opp", "prospects?", "crm",
        "lifecycle",
        "life cycle", "funnel", "new business",
    ),
    "fr": ("affaires?", "ventes?", "commercial(e|es)?", "opportunites?", "cycle de vie"),
    "de": (r"vertriebs\w*", r"verkaufs\w*", "vertrieb", "verkauf", r"lead\w*", r"deal\w*", "geschaft"),
    "es": ("ventas?", "negocios?", "oportunidad(es)?", "comercial", "ciclo de vida"),
    "it": ("vendit[ae]", "trattativ[ae]", "opportunita", "commerciale", "ciclo di vita"),
    "pt": ("vendas?", "negocios?", "oportunidades?", "comercial", "ciclo de vida"),
}  # fmt: skip
"""Words of the sale itself: beside them a word of `FIT` spares nothing ("Company deal stage")."""

LEVELS: Words = {
    "en": ("closed?(?! to lead)", "won", "lost", "converted", "signed"),
    "fr": ("clos", r"cloture\w*", "gagnee?", "perdue?", "signee?", "conclue?"),
    "de": ("gewonnen", "verloren", "abgeschlossen", "unterschrieben"),
    "es": ("ganad[oa]", "perdid[oa]", "cerrad[oa]", "firmad[oa]"), "it": ("vint[oa]", "pers[oa]", "chius[oa]",
        "firmat[oa]"),
    "pt": ("ganh[oa]", "fechad[oa]", "assinad[oa]"),
}  # fmt: skip
"""Levels that say how a lead ended."""

STAGE_LEVELS: Words = {
    "en": (
        "mql", "sql", "marketing qualified( lead)?", "sales qualified( lead)?", "opportunity", "customer",
        "negotiation",
        "proposal( sent)?", "quote sent", "contract( sent)?", "nurtur(e|ing)", "disqualified", "qualified",
    ),
    "fr": ("opportunite", "client", "negociation", "proposition( envoyee)?", "devis envoye", "contrat( envoye)?",
        "qualifie"),
    "de": ("verhandlung", "angebot( gesendet| verschickt)?", "vertrag", "kunde", "qualifiziert", "verkaufschance"),
    "es": ("oportunidad", "cliente", "negociacion", "propuesta( enviada)?", "contrato", "calificado", "cualificado"),
    "it": ("opportunita", "cliente", "negoziazione", "trattativa", "proposta( inviata)?", "contratto", "qualificato"),
    "pt": ("oportunidade", "negociacao", "proposta( enviada)?", "qualificado"),
}  # fmt: skip
"""Levels that are stages of the sale: two of them in one column make it a stage."""


def _any(*lists: Words, whole: bool = False) -> re.Pattern[str]:
    """One pattern for all words of the lists; a word that begins with ^ stands at the beginning of the name only."""
    parts = [word for words in lists for told in words.values() for word in told]
    inner = "|".join(f"(?:{part})" for part in parts)
    return re.compile(rf"^(?:{inner})$" if whole else rf"\b(?:{inner})\b")


_STATED, _PLACED, _JUDGED, _LATER = _any(ENDS, WORK), _any(STEPS), _any(JUDGEMENTS), _any(LATER)
_SPANS, _MARKS, _FIT, _SOLD = _any(SPANS), _any(MARKS), _any(FIT), _any(SOLD)
_ENDED, _STAGE = _any(LEVELS), _any(STAGE_LEVELS, whole=True)


class Spoken(NamedTuple):
    """What a name speaks of, and the word that does."""

    theme: Theme
    word: str


def spoken(words: str) -> Spoken | None:
    """What the words of a column's name speak of, or None where they are a lead's own.

    >>> spoken("lead status"), spoken("funding stage"), spoken("company deal stage").word
    (Spoken(theme='process', word='status'), None, 'stage')
    >>> spoken("duree d appel").theme, spoken("ratio days qualified to total days").theme, spoken("sector")
    ('later', 'process', None)
    """
    later, stated = _LATER.search(words), _STATED.search(words)
    if stated:
        return Spoken("outcome", stated.group(0))
    spared = bool(_FIT.search(words)) and not _SOLD.search(words)
    if spared:
        return None
    placed, judged, span, mark = (pattern.search(words) for pattern in (_PLACED, _JUDGED, _SPANS, _MARKS))
    if placed:
        certain = placed.start() == 0 or _SOLD.search(words) or "contact" in words.split()
        return Spoken("process" if certain else "later", placed.group(0))
    if span and mark:
        return Spoken("process", f"{span.group(0)} … {mark.group(0)}")
    if judged:
        return Spoken("judgement", judged.group(0))
    return Spoken("later", later.group(0)) if later else None


def ended(level: str) -> str | None:
    """The word by which a level says how a lead ended.

    >>> ended("closed by partner"), ended("perdu"), ended("ringing")
    ('closed', 'perdu', None)
    """
    word = _ENDED.search(level)
    return word.group(0) if word else None


def staged(level: str) -> bool:
    """Whether a level is a stage of the sale, and nothing else.

    >>> staged("proposal sent"), staged("sales"), staged("proposal writing")
    (True, False, False)
    """
    return bool(_STAGE.match(level))
