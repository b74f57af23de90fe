"""Columns that say what the law protects of a person, by name in six languages and by the shape of their values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibrate.engine import open_table
from calibrate.engine.table import Column
from calibrate.leads.columns.profile import Profile
from calibrate.leads.columns.proposal import propose
from calibrate.leads.columns.sensitive import named_kind, sensitivity, valued_kind
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from

NAMES = {
    "sex": "Gender|Sex|Salutation|Sexe|Civilité|contact_gender|Geschlecht|Anrede|Sexo|Tratamiento|Sesso|"
           "Titolo di cortesia|Mr/Mrs|M./Mme|Herr/Frau|Sr./Sra.|Sig./Sig.ra|lead_gender__c|hs_gender|Pronoun|"
           "Tratamento|Gender_Female|Male",
    "age": "Age|Age group|Date of birth|DOB|Birth Year|Âge|Tranche d'âge|Date de naissance|Alter|Altersgruppe|"
           "Geburtsdatum|"
           "Edad|Rango de edad|Fecha de nacimiento|Età|Fascia d'età|Data di nascita|Idade|Faixa etária|"
           "Data de nascimento|"
           "Né(e) le|Geb.-Datum|Nato il|F. nacimiento|Fecha nac.|Data nasc.|Kundenalter|Born on|"
           "Age_22_to_29|customerAge|Geb.-Jahr",
    "nationality": "Nationality|Citizenship|Country of birth|Nationalité|Lieu de naissance|Staatsangehörigkeit|"
                   "Nacionalidad|"
                   "Staatsangeh.|Lugar de nacimiento|Cittadinanza|Nacionalidade|Native country",
    "origin": "Race|Ethnicity|Origine ethnique|Ethnische Herkunft|Origen étnico|Etnia|Raça/Cor",
    "health": "Disability|Health status|Blood group|État de santé|RQTH|Groupe sanguin|Schwerbehinderung|"
              "Gesundheitszustand|"
              "Discapacidad|Estado de salud|Invalidità|Stato di salute|Deficiência|Smoker|Fumeur|Raucher|Pregnancy",
    "union": "Union member|Trade union|Appartenance syndicale|Gewerkschaftsmitglied|Afiliación sindical|"
             "Iscritto al sindacato|"
             "Filiação sindical",
    "religion": "Religion|Religious affiliation|Confession|Konfession|Religionszugehörigkeit|Creencias religiosas|"
                "Religione|"
                "Religião",
    "politics": "Political party|Opinions politiques|Parteizugehörigkeit|Partido político|Partito politico",
    "family": "Marital Status|Marital_Status_Code|Number of children|Situation familiale|État civil|Nombre d'enfants|"
              "Kinder im Haushalt|Hijos a cargo|"
              "Familienst.|"
              "Familienstand|Anzahl Kinder|Estado civil|Hijos|Stato civile|Numero di figli|Filhos|Dependents|Married",
}  # fmt: skip
ORDINARY = """
Sector|Company age|Account age|Lead age|Vehicle age|Days since last visit|Country|Language|Industry|Company size
Lead Source
Number of employees|Region|City|Job title|Department|Seniority|Budget|Product|Plan|Credit score|Health score
Customer health
Health sector|Union|European region|Founded|Year founded|Funding stage|Phase du projet|Statut juridique|Branche|Umsatz
Mitarbeiterzahl|Herkunft|Quelle|Origen|Tamaño de la empresa|Settore|Dimensione|Origem|Setor|Page views|Average pages
Agency
Stage|Usage|Coverage|Storage|Package|Manager|Message|Image|Partner|Parent company|Child accounts|Household goods
Family plan
Married accounts|Term|Sexton road|Racetrack|Menu|Manufacturing|Title|Type|Genre|Género|Genere|Visa card|Smart|Status
Members
Race results page|Newsletter|Webinar|Demo requested|Priority|Territory|Time zone|Currency|Contract length|Channel
Campaign
"""


def test_all_names_are_known() -> None:
    names = [(kind, name) for kind, listed in NAMES.items() for name in listed.split("|")]
    assert len(names) >= 100
    assert [(kind, name) for kind, name in names if named_kind(name) != kind] == []


def test_other_names_are_not_taken_for_sensitive() -> None:
    names = [name for line in ORDINARY.strip().splitlines() for name in line.split("|")]
    wrong = [name for name in names if named_kind(name)]
    assert len(names) >= 80
    assert wrong == ["Union"]  # a member of one, most often


def texts(*answers: str, each: int = 40) -> Profile:
    rows = each * len(answers)
    return Profile(Column("field_7", "text"), rows, rows, len(answers), tuple((answer, each) for answer in answers))


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("sex", ("Male", "Female")), ("sex", ("M", "F")), ("sex", ("m", "w", "d")), ("sex", ("H", "F")),
        ("sex", ("Homme", "Femme", "Autre")), ("sex", ("männlich", "weiblich", "divers")),
        ("sex", ("Mr", "Mrs", "Ms", "Dr")),
        ("sex", ("M.", "Mme")), ("sex", ("Herr", "Frau")), ("sex", ("Sr.", "Sra.")), ("sex", ("Sig.", "Sig.ra")),
        ("sex", ("Hombre", "Mujer")), ("sex", ("Maschio", "Femmina")), ("sex", ("Masculino", "Feminino", "N/A")),
        ("family", ("Single", "Married", "Divorced")), ("family", ("Célibataire", "Marié(e)", "Pacsé(e)")),
        ("family", ("ledig", "verheiratet")), ("family", ("Soltero/a", "Casado/a")),
        ("family", ("Celibe", "Coniugato")),
        ("religion", ("Catholic", "Protestant", "None")), ("religion", ("evangelisch", "katholisch", "konfessionslos")),
        ("health", ("A+", "O-", "AB+", "B+")), ("age", ("18-24", "25-34", "35-44", "45-54", "65+")),
        ("age", ("20 - 29 ans", "30 - 39 ans", "40 - 49 ans", "50 ans et plus")),
        ("nationality", ("French", "German", "Swiss", "Belgian")),
    ],
)  # fmt: skip
def test_values_betray_what_a_name_hides(kind: str, answers: tuple[str, ...]) -> None:
    assert valued_kind(texts(*answers)) == kind


@pytest.mark.parametrize(
    "answers",
    [
        ("S", "M", "L"), ("H", "M", "L"), ("A", "B"), ("Single", "Multiple"), ("1-10", "11-50", "51-200"),
        ("10-19", "20-49", "50-99"), ("A+", "A-", "B+", "B-"), ("English", "French", "German", "Spanish"),
        ("France", "Germany", "Italy"), ("yes", "no"), ("Mobile", "Fixe"), ("Web", "Fair"),
        ("Small", "Medium", "Large"),
        ("0-10", "10-20", "20-30"), ("Company", "Other"),
    ],
)  # fmt: skip
def test_ordinary_values_betray_nothing(answers: tuple[str, ...]) -> None:
    assert valued_kind(texts(*answers)) is None


def test_years_of_birth_are_told_from_years_of_foundation() -> None:
    pick = np.random.default_rng(3)
    born = pick.integers(1940, 2004, 500).astype(float)
    founded = pick.integers(1950, 2025, 500).astype(float)
    small = pick.integers(0, 90, 500).astype(float)
    for values, kind in ((born, "age"), (founded, None), (born[:10], None), (small, None)):
        column = Profile(Column("y", "number", True), len(values), len(values), len(np.unique(values)), numbers=values)
        assert (valued_kind(column), sensitivity(column) is not None) == (kind, kind is not None)


def leads(place: Path) -> Path:
    pick = np.random.default_rng(8)
    lines = ["Sector,Anrede,Jahr,Birthday,Won"]
    for _ in range(600):
        sector, title, born = pick.integers(0, 3), pick.integers(0, 2), pick.integers(1950, 2000)
        won = pick.random() < 0.1 + 0.2 * title + 0.1 * sector
        words = (("Steel", "Glass", "Farm")[sector], ("Herr", "Frau")[title], str(born), f"{born}-03-04")
        lines.append(",".join((*words, "yes" if won else "no")))
    (place / "leads.csv").write_text("\n".join(lines), encoding="utf-8")
    return place / "leads.csv"


def test_sensitive_columns_are_set_aside_with_their_cost_until_kept(tmp_path: Path) -> None:
    file = leads(tmp_path)
    assert [each.kind for each in propose(open_table(file), leave_out=["Won"]).sensitive] == ["sex", "age", "age"]

    def counted(**columns: tuple[str, ...]) -> monthly.Counted:
        return monthly.read_rows(settings_from({
            "data": {"file": str(file)}, "outcome": {"customer": "Won"}, "columns": columns,
        }))  # fmt: skip

    first = counted()
    aside = {suspect.column: suspect for suspect in first.suspects}
    assert {(s.column, s.reason, s.facts["kind"], s.facts["how"]) for s in aside.values()} == {
        ("Anrede", "sensitive", "sex", "name"), ("Jahr", "sensitive", "age", "values"),
        ("Birthday", "sensitive", "age", "name"),
    }  # fmt: skip
    assert first.allowed == ("Sector",)
    assert not {f.get("column") for key, f in first.history.facts if key.endswith("_by_chance")} & {*aside}
    assert float(aside["Anrede"].facts["auc_with"]) > float(aside["Anrede"].facts["auc_without"]) + 0.02
    assert aside["Birthday"].facts["auc_with"] == aside["Birthday"].facts["auc_without"]
    assert "Birthday" not in first.proposal.ignored
    kept = counted(keep=("Anrede",))
    assert kept.allowed == ("Sector", "Anrede")
    assert ("sensitive_kept", {"column": "Anrede", "kind": "sex"}) in [(key, dict(f)) for key, f in kept.history.facts]
    assert counted(only=("Sector", "Anrede")).allowed == ("Sector", "Anrede")
