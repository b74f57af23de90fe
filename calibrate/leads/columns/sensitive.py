"""Columns that say what the law protects of a person: sex, age, nationality, origin, health, union, religion, family.

Known by their names in EN, FR, DE, ES, IT, PT, NL, and by the shapes of their values where the name says nothing (Mr
and Mrs, married and single, blood groups, bands of age, years of birth). They are set aside until somebody puts them
back.
Source of the list: Regulation (EU) 2016/679, article 9; Directives 2000/78/EC and 2004/113/EC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from ...grid.criteria import is_placeholder
from .lexicon import spoken_of
from .naming import folded, words_of
from .personal_roles import phrases
from .profile import Profile

Kind = Literal["sex", "age", "nationality", "origin", "health", "union", "religion", "politics", "family"]
How = Literal["name", "values"]


@dataclass(frozen=True)
class Sensitive:
    """A column, what it says of a person, and what betrays it."""

    column: str
    kind: Kind
    how: How


_NAMES: dict[Kind, frozenset[str]] = {
    "sex": phrases("""
        gender, sex, gender identity, salutation, honorific, name prefix, name title, title of address, pronouns,
        male, female, is male, is female, man, woman, sexe, civilite, titre de civilite, formule d appel, pronoms,
        homme, femme, geschlecht, anrede, briefanrede, mann, frau, mannlich, weiblich, sexo, tratamiento,
        tratamiento de cortesia, hombre, mujer, sesso, titolo di cortesia, appellativo, uomo, donna, maschio,
        femmina, tratamento, forma de tratamento, homem, mulher, sexual orientation, orientation sexuelle, sexuelle
        orientierung, orientacion sexual, orientamento sessuale, orientacao sexual, identite de genre,
        geschlechtsidentitat, identidad de genero, identita di genere, identidade de genero, geslacht, aanhef,
        seksuele geaardheid, pronoun, pronombre, pronombres, pronome, pronomi,
        mr mrs, mrs mr, mr ms, ms mr, mr mrs ms, herr frau, frau herr, m mme, mme m, m mme mlle, sr sra, sra sr,
        sig sig ra, signor signora, dhr mevr, de heer mevrouw
    """),
    "age": phrases("""
        age, ages, age group, age range, age band, age bracket, age class, age years, age in years, birth date,
        birthdate, birthday, birth year, year of birth, date of birth, dob, yob, senior citizen, tranche d age,
        tranche age, classe d age, groupe d age, date de naissance, date naissance, annee de naissance, annee
        naissance, anniversaire, jour de naissance, alter, alter in jahren, altersgruppe, altersklasse,
        altersspanne, geburtsdatum, geburtsjahr, geburtstag, edad, edades, rango de edad, grupo de edad, tramo de
        edad, fecha de nacimiento, fecha nacimiento, ano de nacimiento, ano nacimiento, cumpleanos, eta, fascia d
        eta, fascia di eta, gruppo di eta, data di nascita, data nascita, anno di nascita, compleanno, idade, faixa
        etaria, grupo etario, escalao etario, data de nascimento, data nascimento, ano de nascimento, aniversario,
        leeftijd, leeftijdsgroep, geboortedatum, geboortejaar, verjaardag, birth, born on, bday, birth day,
        birth month, naissance, ne le, nee le, ne e le, date naiss, mois de naissance, geburt, geboren, geboren am,
        geb datum, gebdatum, geb jahr, gebjahr, geb tag, geburtsmonat, nacimiento, nacido el, nacida el, fecha nac,
        f nacimiento, f nac, nascita,
        nato il, nata il, data nasc, nascimento, nascido em, nascida em, dt nascimento, dt nasc, geb, geb am
    """),
    "nationality": phrases("""
        nationality, nationalities, citizenship, citizen of, country of birth, birth country, native country, place
        of birth, birthplace, birth place, city of birth, mother tongue, native language, residence permit, visa
        status, immigration status, nationalite, citoyennete, pays de naissance, lieu de naissance, ville de
        naissance, langue maternelle, titre de sejour, nationalitat, staatsangehorigkeit, staatsangeh, staatsang,
        staatsburgerschaft,
        nationalit, nacionalid,
        geburtsland, geburtsort, muttersprache, aufenthaltstitel, aufenthaltsstatus, nacionalidad, ciudadania, pais
        de nacimiento, lugar de nacimiento, lengua materna, permiso de residencia, nazionalita, cittadinanza, paese
        di nascita, luogo di nascita, lingua madre, madrelingua, permesso di soggiorno, nacionalidade, cidadania,
        pais de nascimento, naturalidade, local de nascimento, lingua materna, nationaliteit, geboorteland,
        geboorteplaats, moedertaal
    """),
    "origin": phrases("""
        race, ethnicity, ethnic origin, ethnic group, ethnic background, skin color, skin colour, race ethnicity,
        origine ethnique, ethnie, couleur de peau, ethnische herkunft, ethnische zugehorigkeit, ethnie
        zugehorigkeit, hautfarbe, migrationshintergrund, etnia, origen etnico, raza, color de piel, origine etnica,
        razza, colore della pelle, origem etnica, raca, raca cor, cor da pele, etniciteit, etnische afkomst,
        huidskleur, caste
    """),
    "health": phrases("""
        health, health status, health condition, health conditions, health issues, health state, disability,
        disabilities, disabled, disability status, handicap, handicapped, diagnosis, medical condition, medical
        conditions, medical history, illness, disease, chronic disease, blood type, blood group, bmi, body mass
        index, pregnant, pregnancy, smoker, smoking, smoking status, allergy, allergies, vaccinated, vaccination
        status, sick leave, sick days, mental health, etat de sante, sante, probleme de sante, maladie, maladie
        chronique, handicape, situation de handicap, rqth, groupe sanguin, imc, enceinte, grossesse, fumeur,
        fumeuse, arret maladie, jours de maladie, gesundheit, gesundheitszustand, krankheit, vorerkrankung,
        vorerkrankungen, behinderung, schwerbehinderung, schwerbehindert, grad der behinderung, gdb, blutgruppe,
        diagnose, schwanger, schwangerschaft, raucher, raucherin, krankheitstage, impfstatus, salud, estado de
        salud, enfermedad, discapacidad, grado de discapacidad, minusvalia, grupo sanguineo, embarazada, embarazo,
        fumador, fumadora, alergias, diagnostico, baja medica, salute, stato di salute, malattia, patologia,
        patologie, disabilita, invalidita, gruppo sanguigno, incinta, gravidanza, fumatore, fumatrice, allergie,
        diagnosi, saude, estado de saude, doenca, deficiencia, grau de deficiencia, tipo sanguineo, gravida,
        gravidez, fumante, baixa medica, gezondheid, ziekte, handicap status, bloedgroep, zwanger, roker
    """),
    "union": phrases("""
        union, union member, union membership, trade union, trade union membership, labor union, labour union,
        syndicat, syndique, syndiquee, appartenance syndicale, adhesion syndicale, affiliation syndicale,
        gewerkschaft, gewerkschaftsmitglied, gewerkschaftsmitgliedschaft, gewerkschaftszugehorigkeit, sindicato,
        afiliacion sindical, afiliado a sindicato, sindicalizado, sindacato, iscrizione al sindacato, iscritto al
        sindacato, tessera sindacale, appartenenza sindacale, filiacao sindical, sindicalizada, vakbond,
        vakbondslid, lidmaatschap vakbond, adherent syndical, adherente syndicale, afiliado sindical
    """),
    "religion": phrases("""
        religion, religious affiliation, religious belief, religious beliefs, faith, denomination, church member,
        church membership, creed, appartenance religieuse, confession, confession religieuse, croyance, croyances,
        culte, konfession, religionszugehorigkeit, kirchenzugehorigkeit, glaube, glaubensrichtung, kirchensteuer,
        kirchensteuermerkmal, creencia, creencias, creencias religiosas, confesion religiosa, religione,
        confessione, fede religiosa, credo religioso, appartenenza religiosa, religiao, crenca, crencas religiosas,
        confissao religiosa, religie, geloof, geloofsovertuiging, kerklid
    """),
    "politics": phrases("""
        political party, party affiliation, party membership, political opinion, political opinions, political
        affiliation, political views, parti politique, opinions politiques, opinion politique, affiliation
        politique, partei, parteizugehorigkeit, parteimitgliedschaft, politische meinung, politische einstellung,
        partido politico, afiliacion politica, opinion politica, opiniones politicas, ideologia, partito politico,
        opinioni politiche, orientamento politico, iscrizione al partito, filiacao partidaria, opiniao politica,
        opinioes politicas, politieke partij, politieke voorkeur, parteimitglied
    """),
    "family": phrases("""
        marital status, marital, marital state, married, is married, civil status, family status, family situation,
        relationship status, children, number of children, nb children, num children, has children, kids, number of
        kids, dependents, dependants, number of dependents, num dependents, spouse, single parent, divorced,
        household size, family size, household members, maternity leave, parental leave, situation familiale,
        situation de famille, situation matrimoniale, etat civil, statut marital, statut matrimonial, marie, mariee,
        conjoint, conjointe, enfants, nombre d enfants, nb enfants, enfants a charge, personnes a charge, foyer,
        taille du foyer, composition du foyer, conge parental, conge maternite, familienstand, familienst, fam stand,
        zivilstand,
        personenstand, verheiratet, ledig, ehepartner, ehegatte, kinder, anzahl kinder, anzahl der kinder,
        kinderzahl, haushaltsgrosse, personen im haushalt, elternzeit, alleinerziehend, familiensituation, estado
        civil, situacion familiar, casado, casada, conyuge, hijos, numero de hijos, n de hijos, personas a cargo,
        tamano del hogar, miembros del hogar, unidad familiar, stato civile, situazione familiare, stato di
        famiglia, coniugato, coniugata, sposato, sposata, coniuge, figli, numero di figli, numero figli, figli a
        carico, carichi di famiglia, familiari a carico, nucleo familiare, componenti nucleo familiare, situacao
        familiar, conjuge, filhos, numero de filhos, n de filhos, dependentes, numero de dependentes, agregado
        familiar, dimensao do agregado familiar, burgerlijke staat, gehuwd, kinderen, aantal kinderen,
        gezinssituatie, gezinsgrootte, kinder im haushalt, children at home, kids at home, enfants au foyer, hijos a
        cargo, figli conviventi, filhos a cargo
    """),
}
_ADDRESSEE = re.compile(
    r"^(?:contact|lead|customer|client|prospect|person|personne|kunde|kunden|kontakt|cliente|contacto|contatto|contato|"
    r"klant|applicant|applicants|subscriber|user|owner|employee|respondent|insured|policy holder|patient|student|his|"
    r"her|"
    r"your|votre|ihr|ihre|su|tu|seu|sua|code|type|demographic|demographics|hs|personal|property|properties|custom|"
    r"member|title|cust|personen|versicherte|teilnehmer) "
)
_SUFFIX = re.compile(
    r" (?:code|type|id|label|group|category|name|value|flag|du contact|du client|du prospect|du lead|des kontakts|"
    r"des kunden|del contacto|del cliente|do contato|do contacto|do cliente|del contatto|years|yrs|ans|jahre|anni|anos|"
    r"c|pc|m w|m w d|m f|f m|h f|m v|d m w|\d{1,2})$"
)
_GLUED = re.compile(
    r"^(?:kunden?|kontakt|personen|interessenten|teilnehmer|versicherten|antragsteller)(?=alter|geschlecht|geburts)"
)
_OF_THINGS = phrases(
    "lead age, contact age, code age, type age, lead health, customer health, client health, user health"
)
"""Names that say how long something has been there, or how a contract is going."""
_AGE_OF = re.compile(r"^(?:age|alter|edad|eta|idade) ?(?:\d|geq|leq|over|under|above|below|gt|lt|between|ge|le)")
_HEADS: dict[str, Kind] = {
    "gender": "sex",
    "geschlecht": "sex",
    "salutation": "sex",
    "anrede": "sex",
    "civilite": "sex",
    "marital status": "family",
    "familienstand": "family",
    "situation familiale": "family",
    "etat civil": "family",
    "estado civil": "family",
    "stato civile": "family",
    "religion": "religion",
    "nationality": "nationality",
    "nationalite": "nationality",
    "nacionalidad": "nationality",
    "ethnicity": "origin",
    "disability": "health",
    "date of birth": "age",
    "date de naissance": "age",
    "geburtsdatum": "age",
    "fecha de nacimiento": "age",
    "data di nascita": "age",
    "data de nascimento": "age",
}
"""Beginnings of names that are sensitive whatever follows, such as one column for each answer (`Gender_Female`)."""


def named_kind(name: str) -> Kind | None:
    """What a column's name says of a person.

    >>> [named_kind(name) for name in ("Gender", "Tranche d'âge", "Marital_Status_Code", "Company age", "Sector")]
    ['sex', 'age', 'family', None, None]
    """
    words = _GLUED.sub("", words_of(name))
    if words in _OF_THINGS:
        return None
    if _AGE_OF.match(words):
        return "age"
    head = next((kind for word, kind in _HEADS.items() if words.startswith(word + " ")), None)
    if head is not None:
        return head
    while words:
        for kind, names in _NAMES.items():
            if words in names:
                return kind
        shorter = _ADDRESSEE.sub("", words, count=1)
        words = shorter if shorter != words else _SUFFIX.sub("", words, count=1) if _SUFFIX.search(words) else ""
    return None


# --- by value ----------------------------------------------------------------------------------------


def _set(text: str) -> frozenset[str]:
    return frozenset(folded(word) for word in text.split(","))


_SEXES = _set(
    "male,female,man,woman,homme,femme,masculin,feminin,männlich,weiblich,maennlich,divers,mann,frau,hombre,mujer,"
    "masculino,femenino,feminino,varón,hembra,maschio,femmina,uomo,donna,homem,mulher,vrouw,mannelijk,vrouwelijk,"
    "non-binary,nonbinary,non binary,non binaire,boy,girl"
)
_TITLES = _set(
    "mr,mr.,mrs,mrs.,ms,ms.,miss,mister,mx,mme,mme.,mlle,m.,monsieur,madame,mademoiselle,mm,herr,frau,herrn,fräulein,"
    "sr,sr.,sra,sra.,srta,srta.,señor,señora,señorita,sig,sig.,sig.ra,sig.na,signor,signora,signorina,senhor,senhora,"
    "dhr,dhr.,mevr,mevr.,de heer,mevrouw"
)
_BESIDE = _set(
    "other,others,unknown,not specified,prefer not to say,autre,andere,otro,otra,altro,outro,diverse,dr,dr.,"
    "prof,prof.,x,u,d,n,company,firma,société,entreprise,inconnu,unbekannt,desconocido,sconosciuto,none,"
    "family,familie"
)
_LETTERS = tuple(frozenset(pair) for pair in ("mf", "mw", "hf", "hm", "mv", "fh"))
_FAMILY = _set(
    "single,married,divorced,widowed,widow,widower,separated,civil union,civil partnership,domestic partner,never "
    "married,"
    "unmarried,engaged,cohabiting,célibataire,marié,mariée,marié(e),divorcé,divorcée,divorcé(e),veuf,veuve,veuf(ve),"
    "pacsé,"
    "pacsée,pacsé(e),concubinage,union libre,séparé,séparée,ledig,verheiratet,geschieden,verwitwet,getrennt lebend,"
    "eingetragene lebenspartnerschaft,soltero,soltera,soltero/a,casado,casada,casado/a,divorciado,divorciada,"
    "divorciado/a,"
    "viudo,viuda,viudo/a,separado,separada,pareja de hecho,celibe,nubile,celibe/nubile,coniugato,coniugata,coniugato/a,"
    "sposato,sposata,divorziato,divorziata,divorziato/a,vedovo,vedova,vedovo/a,separato,separata,convivente,solteiro,"
    "solteira,solteiro(a),viúvo,viúva,união de facto,união estável,divorciado(a),casado(a),ongehuwd,gehuwd,gescheiden,"
    "weduwe,weduwnaar,samenwonend,alleenstaand"
)
_RELIGIONS = _set(
    "catholic,roman catholic,protestant,muslim,islam,jewish,judaism,hindu,hinduism,buddhist,buddhism,christian,"
    "christianity,"
    "orthodox,atheist,agnostic,sikh,evangelical,anglican,no religion,catholique,musulman,musulmane,juif,juive,hindou,"
    "bouddhiste,chrétien,chrétienne,athée,protestante,katholisch,römisch-katholisch,evangelisch,rk,ev,konfessionslos,"
    "muslimisch,jüdisch,orthodox,católico,católica,musulmán,judío,budista,cristiano,ateo,evangélico,cattolico,"
    "cattolica,"
    "musulmano,ebreo,ebraica,ortodosso,buddista,muçulmano,judeu,evangélica,espírita,ateu,katholiek,hervormd,moslim"
)
_BLOOD = re.compile(r"^(?:ab|[abo0])\s?(?:[+-]|pos|neg|rh[+-])$")
_BAND = re.compile(r"^(\d{2})\s?(?:-|–|to|à|a|bis|bis zu|tot)\s?(\d{2})$")
_TOP = re.compile(
    r"^(?:>\s?|≥\s?|over |plus de |uber |ab |mas de |oltre |mais de )?(\d{2})\s?"
    r"(?:\+|and over|and older|et plus|und alter|y mas|e piu|e mais|ou mais|plus)?$"
)
_BOTTOM = re.compile(r"^(?:<\s?|under |moins de |unter |menos de |meno di |below )(\d{2})$")
_YEARS = re.compile(r"\s{0,4}(?:years old|years|year|yrs|ans|jahren|jahre|anos|anni|jaar)\s{0,4}")
_FOUNDED = re.compile(
    r"found|establ|creat|incorp|fond|gegrund|fund|constitu|costru|built|model|vehic|regist|start|since|depuis|seit|desde|dal"
)
MOSTLY = 0.8
"""So much of the filled cells must have a sensitive shape."""
ADULT, OLDEST, SPAN = 2012, 1915, 20
"""Years of birth lie between these, and spread over so many years."""


def valued_kind(profile: Profile) -> Kind | None:
    """What the values of a column betray of a person, whatever it is called.

    >>> from calibrate.engine.table import Column
    >>> def texts(*answers):
    ...     return Profile(Column("field", "text"), 90, 90, len(answers), tuple((answer, 30) for answer in answers))
    >>> valued_kind(texts("Mr", "Mrs", "Dr")), valued_kind(texts("ledig", "verheiratet")), valued_kind(texts("M", "L"))
    ('sex', 'family', None)
    """
    if profile.column.type == "number":
        return "age" if _years_of_birth(profile) else None
    cells = {folded(text): 0 for text, _ in profile.texts if not is_placeholder(text)}
    for text, count in profile.texts:
        if folded(text) in cells:
            cells[folded(text)] += count
    if len(cells) < 2:
        return None
    if _all_in(cells, _SEXES | _BESIDE, _SEXES) or _all_in(cells, _TITLES | _BESIDE, _TITLES):
        return "sex"
    if any(pair <= {*cells} <= pair | _BESIDE for pair in _LETTERS):
        return "sex"
    if _all_in(cells, _FAMILY | _BESIDE, _FAMILY):
        return "family"
    if _all_in(cells, _RELIGIONS | _BESIDE, _RELIGIONS):
        return "religion"
    if sum(bool(_BLOOD.match(text)) for text in cells) >= max(3, MOSTLY * len(cells)) and any(
        t[0] in "o0" for t in cells
    ):
        return "health"
    if _bands(list(cells)):
        return "age"
    return "nationality" if _nations(list(cells)) else None


def _all_in(cells: Mapping[str, int], allowed: frozenset[str], telling: frozenset[str]) -> bool:
    """Whether nearly all cells have a listed text, at least two of them telling ones that fill most cells."""
    total = sum(cells.values())
    inside = sum(count for text, count in cells.items() if text in allowed)
    cells_telling = [count for text, count in cells.items() if text in telling]
    return len(cells_telling) >= 2 and inside >= 0.95 * total and sum(cells_telling) >= 0.5 * total


def _bands(texts: Sequence[str]) -> bool:
    """Whether texts are bands of age: 18-24, 25-34, 65+; bands of firms are wider."""
    low: list[int] = []
    ends = 0
    for text in (_YEARS.sub("", text).strip() for text in texts):
        band = _BAND.match(text)
        if band is not None:
            if not 4 <= int(band[2]) - int(band[1]) <= 20:
                return False
            low.append(int(band[1]))
        elif _TOP.match(text) or _BOTTOM.match(text):
            ends += 1
        else:
            return False
    return len(low) >= 3 and 14 <= min(low) <= 30 and max(low) >= 35 and len(low) + ends == len(texts)


def _nations(texts: Sequence[str]) -> bool:
    """Whether texts name nationalities, and not only languages."""
    nations, languages = _spoken()
    matching = [text for text in texts if text in nations]
    return len(matching) >= max(3, MOSTLY * len(texts)) and sum(
        text not in languages for text in matching
    ) >= 0.2 * len(texts)


@lru_cache
def _spoken() -> tuple[frozenset[str], frozenset[str]]:
    """Nationalities and languages as people name them, folded."""
    nations, languages = spoken_of()
    return frozenset(map(folded, nations)), frozenset(map(folded, languages))


def _years_of_birth(profile: Profile) -> bool:
    """Whether whole numbers are years in which grown people were born; firms are founded until today."""
    values = profile.numbers if profile.numbers is not None else np.empty(0)
    if len(values) < 20 or profile.distinct < SPAN or _FOUNDED.search(words_of(profile.column.name)):
        return False
    integral = bool((values == np.floor(values)).all())
    inside = float(((values >= OLDEST) & (values <= ADULT)).mean())
    return integral and inside >= 0.99 and float(np.ptp(values)) >= SPAN


def sensitivity(profile: Profile) -> Sensitive | None:
    """Whether a column is sensitive, by its name or by its values."""
    kind = named_kind(profile.column.name)
    if kind is not None:
        return Sensitive(profile.column.name, kind, "name")
    kind = valued_kind(profile) if profile.column.type in ("text", "number") else None
    return Sensitive(profile.column.name, kind, "values") if kind else None
