"""Words for won, lost and not decided yet, as sales systems and people write them in seven languages.

English, French, German, Spanish, Italian, Portuguese and Dutch. A value is compared without its capitals, accents,
blanks, hyphens, punctuation, leading number ("5 - Closed won") and trailing share ("Won (100 %)").
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from ...grid.criteria import as_number
from ...vocabulary import NO, YES
from .naming import folded, in_order

Meaning = Literal["won", "converted", "yes", "lost", "no", "open"]
"""What a value says: a sale, a lead handed over, a plain yes; no sale, a plain no; not decided yet."""

_WON = in_order("""
    won, win, closed won, is won, deal won, sold, sale, sale closed, sale won, purchased, bought,
    signed, contract signed, customer, new customer, client, evangelist, ordered,
    ambassadeur, ambassadrice, fursprecher, befurworter, promotore, evangelista,
    gagne, gagnee, gagnes, gagnees, ferme gagne, fermee gagnee, conclu, conclue, signe, signee,
    contrat signe, devis signe, vendu, vendue, vente, vente conclue, achete, devenu client,
    nouveau client, commande, cliente,
    gewonnen, geschlossen gewonnen, abgeschlossen gewonnen, kunde, kundin, neukunde, verkauft, gekauft,
    unterschrieben, beauftragt, auftrag erteilt, auftrag,
    ganado, ganada, ganados, cerrado ganado, cerrada ganada, vendido, vendida, comprado, comprada,
    firmado, firmada, contrato firmado, nuevo cliente, venta cerrada, venta, compra,
    vinto, vinta, vinti, vinte, chiuso vinto, chiusa vinta, chiuso con successo, venduto, venduta,
    acquistato, acquistata, firmato, firmata, contratto firmato, acquisito, acquisita, nuovo cliente,
    ganho, ganha, ganhos, fechado ganho, fechada ganha, fechado e ganho, assinado, assinada,
    contrato assinado, novo cliente, venda,
    gewonnen deal, gesloten gewonnen, klant, nieuwe klant, verkocht, gekocht, getekend, ondertekend,
    contract getekend, binnengehaald, deal closed, closed deal, order received, affaire gagnee, adjuge, adjugee,
    conseguido, conseguida, cerrado con exito, adjudicado, adjudicada, concretizado, concretizada, fechado com sucesso,
    erfolgreich abgeschlossen, bestellt, besteld, succesvol afgesloten, aggiudicato, aggiudicata
""")
_CONVERTED = in_order("""
    converted, closed converted, conversion, converti, convertie, konvertiert, umgewandelt, convertido,
    convertida, convertito, convertita, geconverteerd, omgezet
""")
_LOST = in_order("""
    lost, loss, closed lost, deal lost, lost to competition, closed lost to competition,
    lost to competitor,
    rejected, declined, refused, disqualified, unqualified, not qualified, not interested, dead, junk,
    junk lead, lost lead, closed not converted, not converted, unconverted, cancelled, canceled,
    abandoned, failed, no sale, not won, no deal, no decision, deleted, churned before purchase,
    withdrawn, archived lost, no go, bad fit, spam, closed no sale, no purchase, not purchased,
    perdu, perdue, perdus, perdues, ferme perdu, fermee perdue, cloture perdu, abandonne, abandonnee,
    refuse, refusee, rejete, rejetee, annule, annulee, disqualifie, disqualifiee, non qualifie,
    non qualifiee, pas interesse, pas interessee, non interesse, sans suite, classe sans suite, non gagne,
    non converti, non convertie, non signe, echec, echoue, non vendu, pas gagne, decline,
    verloren, geschlossen verloren, abgeschlossen verloren, abgelehnt, abgesagt, absage, storniert,
    disqualifiziert, nicht qualifiziert, kein interesse, nicht interessiert, nicht gewonnen, abgebrochen,
    nicht konvertiert, kein abschluss, ausgeschieden,
    perdido, perdida, perdidos, cerrado perdido, cerrada perdida, rechazado, rechazada, descartado,
    descartada, cancelado, cancelada, descalificado, descalificada, no calificado, no cualificado,
    no interesado, no interesada, sin interes, no ganado, no vendido, no convertido, anulado, anulada,
    perso, persa, persi, perse, chiuso perso, chiusa persa, rifiutato, rifiutata, scartato,
    scartata, annullato, annullata, squalificato, non qualificato, non qualificata, non interessato,
    non interessata, abbandonato, abbandonata, non vinto, non vinta, non convertito, non venduto,
    fechado perdido, fechada perdida, rejeitado, rejeitada, recusado, recusada, desqualificado,
    desqualificada, nao qualificado, nao interessado, sem interesse, nao ganho, nao vendido, abandonado,
    abandonada, nao convertido,
    gesloten verloren, afgewezen, geannuleerd, gediskwalificeerd, niet gekwalificeerd, geen interesse,
    niet geinteresseerd, niet gewonnen, vervallen, afgevallen, geweigerd, niet geconverteerd, sin exito, sans succes,
    sem sucesso, senza successo, ohne erfolg, erfolglos, zonder succes, affaire perdue, no conseguido, no conseguida,
    no concretado, nao concretizado, desistiu, desistencia, desistido, rinunciato, afgezegd, geen deal, kein auftrag
""")
_OPEN = in_order("""
    open, new, working, contacted, not contacted, nurturing, nurture, pending, in progress, active,
    ongoing, on hold, stalled, not decided, undecided, waiting, in review, under review, follow up,
    attempted to contact, attempting, contact in future, call back, recycled, assigned, unassigned,
    prospecting, prospection, qualification, qualifying, qualified, pre qualified, qualified to buy,
    needs analysis, value proposition, id decision makers, perception analysis, proposal, price quote,
    proposal price quote, negotiation, negotiating, negotiation review, in negotiation, discovery, demo,
    meeting, evaluation, trial, poc, proof of concept, verbal commitment, verbal agreement, commit,
    best case, pipeline, quote, contracting, appointment scheduled, presentation scheduled,
    decision maker bought in, contract sent, identify decision makers, qualify, develop, propose,
    opportunity, sales qualified lead, sales accepted lead, sql, sal, discovery call, first contact,
    ouvert, ouverte, prise de contact, premier contact,
    nouveau, nouvelle, en cours, en attente, a contacter, contacte, contactee,
    non contacte, a relancer, relance, relance en cours, a rappeler, qualifie, qualifiee,
    a qualifier, rendez vous, rdv, rdv pris, rdv planifie, decouverte, devis, devis envoye,
    proposition, proposition envoyee, proposition commerciale, negociation, en negociation, en discussion,
    demo planifiee, demonstration, contrat envoye, en signature, en cours de signature, opportunite,
    en cours de traitement, traitement en cours, suspendu, suspendue, en pause, a traiter,
    offen, neu, in bearbeitung, laufend, aktiv, ausstehend, wartend, kontaktiert, nicht kontaktiert,
    erstkontakt, erstgesprach, qualifiziert, qualifizierung, bedarfsanalyse, angebot, angebot gesendet,
    angebot erstellt, angebot versendet, angebot verschickt, verhandlung, in verhandlung,
    vertragsverhandlung, prasentation, termin, termin vereinbart, wiedervorlage, vertrag gesendet,
    vertrag versendet, in arbeit,
    pausiert, in prufung, verkaufschance,
    abierto, abierta, nuevo, nueva, en curso, en proceso, en progreso, activo, activa, pendiente,
    contactado, contactada, sin contactar, por contactar, calificado, calificada, cualificado,
    cualificada, calificacion, cualificacion, propuesta, propuesta enviada, presupuesto,
    presupuesto enviado, negociacion, en negociacion, reunion, reunion programada, cita programada,
    seguimiento, en seguimiento, en espera, prospeccion, contrato enviado, oferta enviada, oportunidad,
    aperto, aperta, nuovo, nuova, in corso, in lavorazione, attivo, attiva, in attesa, contattato,
    contattata, da contattare, qualificato, qualificata, qualifica, qualificazione, proposta,
    proposta inviata, offerta, offerta inviata, preventivo, preventivo inviato, negoziazione,
    in negoziazione, trattativa, in trattativa, appuntamento, appuntamento fissato, incontro,
    contratto inviato, sospeso, sospesa, da richiamare, opportunita, in valutazione,
    aberto, aberta, em aberto, novo, nova, em andamento, em curso, em progresso, ativo, ativa,
    contatado, contatada, nao contatado, qualificado, qualificacao, proposta enviada, orcamento,
    orcamento enviado, negociacao, em negociacao, reuniao, reuniao agendada, em espera, prospeccao,
    acompanhamento, oportunidade, em analise, aguardando,
    nieuw, in behandeling, lopend, actief, gecontacteerd, niet gecontacteerd, te contacteren,
    gekwalificeerd, kwalificatie, voorstel, voorstel verstuurd, offerte, offerte verstuurd,
    offerte verzonden, onderhandeling, in onderhandeling, afspraak, afspraak gepland, wachten,
    in afwachting, demo gepland, contract verstuurd, contract verzonden, in de wacht, opvolgen, kans,
    rendez vous pris, rendez vous planifie, rendez vous effectue, en reflexion, a l etude, en etude, chiffrage, offre,
    offre envoyee, offre remise, termin gebucht, in klarung, unterlagen gesendet, muster gesendet, visita, visita hecha,
    en estudio, in studio, campione inviato, visite effectuee, needs assessment, scoping, shortlisted, legal review
""")
_YES = (
    *YES,
    *in_order("""
    success, successful, positive, accepted, v, succes, positif, erfolg, erfolgreich, exito, successo, sucesso, positiv,
    positivo
"""),
)
_NO = (
    *NO,
    *in_order("""
    failure, negative, unsuccessful, negatif, negativ, negativo,
    lead, prospect, suspect, subscriber, visitor, mql, marketing qualified lead, abonne, interessent,
    abonnent, abonnentin, suscriptor, suscriptora, iscritto, iscritta, assinante, abonnee, subscritor,
    interesado, interessato, interessado, potenzieller kunde, cliente potencial, cliente potenziale
"""),
)
_WON_TOKENS = re.compile(
    r"\b(won|gagnee?s?|gewonnen\w?|ganad[oa]s?|vint[oaie]|ganh[oa]s?)\b",
)
_LOST_TOKENS = re.compile(
    r"\b(lost|perdue?s?|verlorene?[nrs]?|perdid[oa]s?|pers[oaie]|disqualified|unqualified|disqualifiee?|rejected|dead)\b",
)
_OPEN_TOKENS = re.compile(
    r"\b(negotiat\w+|negociat\w+|negociac\w+|negoziaz\w+|verhandlung\w*|onderhandel\w+|trattativ\w+|proposal|propuesta|"
    r"proposta|voorstel|devis|angebot\w*|offerte|preventivo|presupuesto|orcamento|quote|quotation|prospecting|scheduled|"
    r"planifiee?|vereinbart|programad[oa]|agendad[oa]|gepland|pending|in progress|en cours|in bearbeitung|en curso|"
    r"en proceso|in corso|em andamento|in behandeling|discovery|demo|open|ouverte?|offen|abiert[oa]|apert[oa]|"
    r"abert[oa]|follow up|nurturing|contract sent|waiting|en attente)\b"
)
_QUALIFIED = re.compile(
    r"\b(qualif|gekwalif)\w+ (\w+ ){0,2}leads?\b|\bleads? (\w+ ){0,2}(qualif|gekwalif|calific|cualific)\w+|"
    r"\b\w+qualifizierter lead\b"
)
"""A stage in the life of a contact before it is a customer, in whatever order the language puts its words."""
_CUSTOMER = re.compile(r"\b(customer|client|kunde|cliente|klant)s?\b")
_NOT = re.compile(r"\b(not|no|non|pas|nicht|kein|keine|nao|niet|geen|never|un|almost|potential|future|soon|to be)\b")

_DENIAL = re.compile(
    r"(?:(?P<yet>not yet|pas encore|noch nicht|noch kein|todavia no|aun no|non ancora|ancora non|ainda nao|nog niet|"
    r"nog geen)"
    r"|not|no|non|pas|nicht|kein|keine|nao|niet|geen|never|jamais|nie|nunca|mai|nooit) "
)
"""A word for no, or for not yet, ahead of a word for a sale: "Not sold", "pas encore signé"."""


def spelling(value: str) -> str:
    """What is left of a value without capitals, accents, blanks, hyphens and punctuation; a number as such.

    Two values with the same spelling are one answer. Signs that change the meaning (``+ ? %``) stay, and so does what
    stands between two digits.

    >>> {spelling(v) for v in ("Closed Won", "closed won ", "CLOSED-WON", "closedwon", "Closed_Won.")}
    {'closedwon'}
    >>> spelling("1.0"), spelling("1-10"), spelling("A+")
    ('1', '1-10', 'a+')
    """
    number = as_number(value)
    if number is not None:
        return f"{number:g}"
    letters = re.sub(r"(?<!\d)[\s\-_.,:;/'’\"!()\[\]*|\\–—·]+|[\s\-_.,:;/'’\"!()\[\]*|\\–—·]+(?!\d)", "", folded(value))
    return letters or folded(value)


def meaning(value: str) -> Meaning | None:
    """What a value of an outcome column says by its words, or None where it says nothing known.

    >>> [meaning(v) for v in ("GAGNÉ", "Closed-Lost", "5 - Devis envoyé", "NOT SOLD", "noch nicht verkauft", "Bronze")]
    ['won', 'lost', 'open', 'lost', 'open', None]
    """
    exact = _KNOWN.get(spelling(value))
    if exact is not None:
        return exact
    words = _words(value)
    exact = _KNOWN.get(words.replace(" ", ""))
    if exact is not None:
        return None if "?" in value and exact != "open" else exact  # a doubt is no answer
    denied = _DENIAL.match(words)
    if denied is not None and _KNOWN.get(words[denied.end() :].replace(" ", "")) in ("won", "converted"):
        return "open" if denied["yet"] else "lost"
    parts = [part for part in re.split(r"\s[-–/|:]\s?|[/|:;]", value) if part.strip()]
    if len(parts) > 1 and meaning(parts[0]) == "open" and not {*map(meaning, parts[1:])} & {"won", "lost", "converted"}:
        return "open"
    if len(words.split()) > 6:
        return None
    won, lost = _WON_TOKENS.search(words), _LOST_TOKENS.search(words)
    if "?" in value or (won and lost):
        return None
    if _QUALIFIED.search(words) and not _NOT.search(words) and not won and not lost:
        return "no"
    if won:
        return None if _NOT.search(words) or _OPEN_TOKENS.search(words) else "won"
    if lost:
        return None if _NOT.search(words) or _CUSTOMER.search(words) else "lost"
    return "open" if _OPEN_TOKENS.search(words) and not _CUSTOMER.search(words) else None


def _words(value: str) -> str:
    """A value as words, without a leading number, a trailing share and signs."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFC", value))
    text = " ".join(re.sub(r"[^a-z0-9%]+", " ", folded(text)).split())
    return re.sub(r"^(\d{1,2}[a-z]? )?(.*?)( \d{1,3}( ?%)?)?$", r"\2", text).replace("%", "").strip()


_LISTS: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
    ("no", _NO),
    ("yes", _YES),
    ("open", _OPEN),
    ("converted", _CONVERTED),
    ("lost", _LOST),
    ("won", _WON),
)
_KNOWN: dict[str, Meaning] = {spelling(word): said for said, words in _LISTS for word in words}
