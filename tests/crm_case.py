"""CRM exports, header by header: samples of 40 leads, counted with a pencil."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from calibrate.leads.crm import detect
from calibrate.monthly import counted
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from

WON, LOST, OPEN = range(3)

ENDS = [WON] * 8 + [LOST] * 20 + [OPEN] * 12

FIRST = date(2024, 1, 10)


@dataclass(frozen=True)
class Sample:
    """One header of one system: titles of the columns, and the words of the outcome for won, lost and open.

    `extra` columns are process columns: none may become a criterion. `lost` is a column with one word more.
    """

    system: str
    kind: str
    id: str
    created: str
    outcome: str
    words: tuple[str, str, str]
    closed: str
    extra: tuple[str, ...] = ()
    extra_words: tuple[tuple[str, tuple[str, str, str]], ...] = ()
    sector: str = "Industry"
    detected: bool = True
    conversion: bool = False
    open: int = 12

    @property
    def name(self) -> str:
        return f"{self.system}-{self.kind}"


def rows_of(sample: Sample, *, dated: bool = True) -> tuple[list[str], list[list[str]]]:
    """The header and the rows: half of the won leads and a quarter of the rest are in steel."""
    header = [sample.id, *([sample.created] if dated else []), sample.sector, sample.outcome,
              *([sample.closed] if dated and sample.closed else []), *sample.extra,
              *(name for name, _ in sample.extra_words)]  # fmt: skip
    rows = []
    for i, end in enumerate(ENDS):
        entered = FIRST + timedelta(days=i) if i < 36 else FIRST + timedelta(days=150)
        sector = "Steel" if (end == WON and i % 2) or i % 4 == 0 else "Glass"
        closed = (entered + timedelta(days=30)).isoformat() if end != OPEN else ""
        row = [f"L{i:03d}", *([entered.isoformat()] if dated else []), sector, sample.words[end]]
        row += [closed] if dated and sample.closed else []
        row += [f"{end}-{i % 3}" for _ in sample.extra] + [words[end] for _, words in sample.extra_words]
        rows.append(row)
    return header, rows


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


SAMPLES = (
    Sample("hubspot", "internal", "hs_object_id", "createdate", "lifecyclestage",
           ("customer", "lead", "opportunity"), "hs_v2_date_entered_customer",
           ("hs_lead_status", "hubspot_owner_id", "hs_predictivecontactscore_v2", "notes_last_contacted",
            "days_to_close"), open=12),
    Sample("hubspot", "english", "Record ID", "Create Date", "Lifecycle Stage",
           ("Customer", "Lead", "Opportunity"), 'Date entered "Customer (Lifecycle Stage Pipeline)"',
           ("Lead Status", "Contact owner", "Likelihood to close", "Last Activity Date", "Days To Close")),
    Sample("hubspot", "french", "ID de fiche d'informations", "Date de création", "Phase du cycle de vie",
           ("Client", "Lead", "Opportunité"), "Date de fermeture", ("Statut du lead", "Propriétaire du contact"),
           sector="Secteur"),
    Sample("hubspot", "deals", "Record ID", "Create Date", "Deal Stage",
           ("closedwon", "closedlost", "contractsent"), "Close Date", ("Deal owner", "Amount", "Closed Lost Reason")),
    Sample("hubspot", "deals-flag", "hs_object_id", "createdate", "hs_is_closed_won", ("true", "false", "false"),
           "closedate", ("amount",), (("hs_is_closed", ("true", "true", "false")),)),
    Sample("salesforce", "internal", "Id", "CreatedDate", "IsConverted", ("true", "false", "false"), "ConvertedDate",
           ("OwnerId", "LastActivityDate", "Rating"),
           (("Status", ("Closed - Converted", "Closed - Not Converted", "Working - Contacted")),), conversion=True),
    Sample("salesforce", "english", "Lead ID", "Create Date", "Converted", ("1", "0", "0"), "Converted Date",
           ("Lead Owner", "Last Activity"),
           (("Lead Status", ("Closed - Converted", "Closed - Not Converted", "Open - Not Contacted")),),
           conversion=True),
    Sample("salesforce", "french", "ID de la piste", "Date de création", "Converti", ("1", "0", "0"),
           "Date de conversion", ("Propriétaire de la piste",),
           (("Statut de la piste", ("Fermé - Converti", "Fermé - Non converti", "En cours - Contacté")),),
           sector="Secteur d'activité", conversion=True),
    Sample("salesforce", "opportunities", "Id", "CreatedDate", "StageName",
           ("Closed Won", "Closed Lost", "Proposal/Price Quote"), "CloseDate", ("Probability", "Amount", "OwnerId")),
    Sample("salesforce", "opportunity-flag", "Id", "CreatedDate", "IsWon", ("true", "false", "false"), "CloseDate",
           ("ForecastCategory",), (("IsClosed", ("true", "true", "false")),)),
    Sample("zoho", "internal", "id", "Created_Time", "Converted__s", ("true", "false", "false"), "Converted_Date_Time",
           ("Owner", "Last_Activity_Time", "Lead_Conversion_Time"),
           (("Lead_Status", ("Qualified", "Junk Lead", "Attempted to Contact")),), conversion=True),
    Sample("zoho", "english", "Record Id", "Created Time", "Converted", ("true", "false", "false"),
           "Converted Time", ("Lead Owner",), (("Lead Status", ("Qualified", "Lost Lead", "Contacted")),),
           conversion=True),
    Sample("zoho", "french", "ID de l'enregistrement", "Heure de création", "Converti", ("true", "false", "false"),
           "Heure de conversion", ("Propriétaire du prospect",),
           (("Statut du prospect", ("Qualifié", "Prospect perdu", "Contacté")),), sector="Secteur", conversion=True),
    Sample("zoho", "deals", "Record Id", "Created Time", "Stage",
           ("Closed Won", "Closed-Lost to Competition", "Needs Analysis"), "Closing Date",
           ("Deal Owner", "Probability (%)", "Amount")),
    Sample("pipedrive", "english", "Deal - ID", "Deal - Deal created", "Deal - Status", ("Won", "Lost", "Open"),
           "Deal - Won time", ("Deal - Stage", "Deal - Total activities", "Deal - Lost reason", "Deal - Owner",
                               "Deal - Value"), sector="Organization - Industry"),
    Sample("pipedrive", "older", "Deal - ID", "Deal - Add time", "Deal - Status", ("won", "lost", "open"),
           "Deal - Deal closed on", ("Deal - Stage",), sector="Organization - Industry"),
    Sample("pipedrive", "french", "Affaire - ID", "Affaire - Date de création", "Affaire - Statut",
           ("Gagnée", "Perdue", "En cours"), "Affaire - Date de gain", ("Affaire - Étape", "Affaire - Valeur"),
           sector="Organisation - Secteur"),
    Sample("pipedrive", "internal", "id", "add_time", "status", ("won", "lost", "open"), "won_time", ("stage_id",)),
    Sample("activecampaign", "internal", "id", "cdate", "status", ("1", "2", "0"), "won_date", ("mdate", "owner")),
    Sample("activecampaign", "english", "Deal ID", "Created Date", "Deal Status", ("Won", "Lost", "Open"), "Close Date",
           ("Deal Owner",), detected=False),
    Sample("activecampaign", "french", "ID de l'affaire", "Date de création", "Statut de l'affaire",
           ("Gagnée", "Perdue", "Ouverte"), "Date de gain", ("Propriétaire",), detected=False),
    Sample("plezi", "english", "id", "created_at", "contact_status", ("Customer", "Lead", "Opportunity"), "customer_at",
           ("mql_score",), detected=False),
    Sample("plezi", "french", "ID du contact", "Date de création", "Statut du contact",
           ("Client", "Lead", "Opportunité"), "Date de passage en client", ("Score MQL",), detected=False),
    Sample("odoo", "internal", "id", "create_date", "stage_id", ("Won", "New", "Proposition"), "date_closed",
           ("probability", "automated_probability", "user_id", "day_close"),
           (("active", ("True", "False", "True")),)),
    Sample("odoo", "english", "External ID", "Created on", "Stage", ("Won", "Qualified", "Qualified"), "Closed Date",
           ("Salesperson",), (("Active", ("True", "False", "True")), ("Probability", ("100", "0", "40")))),
    Sample("odoo", "french", "ID externe", "Créé le", "Étape", ("Gagné", "Qualifié", "Qualifié"), "Date de clôture",
           ("Vendeur",), (("Motif de perte", ("", "Trop cher", "")), ("Probabilité", ("100", "0", "40")))),
    Sample("odoo", "status", "id", "create_date", "won_status", ("won", "lost", "pending"), "date_closed",
           ("user_id", "stage_id")),
    Sample("mautic", "internal", "id", "date_added", "stage", ("Customer", "Lead", "Opportunity"), "stage_date",
           ("points", "last_active", "owner")),
    Sample("mautic", "french", "id", "Date d'ajout", "Étape", ("Client", "Lead", "Opportunité"), "Date client",
           ("Points",), detected=False),
    Sample("marketo", "internal", "id", "createdAt", "leadStatus", ("Customer", "Disqualified", "Working"),
           "customerDate", ("leadScore", "updatedAt", "relativeUrgency"), sector="leadSource"),
    Sample("dynamics", "internal", "leadid", "createdon", "statecode", ("Qualified", "Disqualified", "Open"),
           "qualifiedon", ("statuscode", "ownerid", "modifiedon"), conversion=True),
    Sample("dynamics", "english", "(Do Not Modify) Lead", "Created On", "Status", ("Qualified", "Disqualified", "Open"),
           "Qualified On", ("Status Reason", "Owner", "(Do Not Modify) Modified On"), conversion=True),
    Sample("dynamics", "french", "(Ne pas modifier) Prospect", "Créé le", "Statut",
           ("Qualifié", "Disqualifié", "Ouvert"), "Date de qualification", ("Raison du statut", "Propriétaire"),
           conversion=True),
    Sample("dynamics", "opportunities", "(Do Not Modify) Opportunity", "Created On", "Status",
           ("Won", "Lost", "Open"), "Actual Close Date", ("Est. revenue", "Owner")),
)  # fmt: skip

Counted = counted.Counted


def read(file: Path, **parts: Mapping[str, object]) -> Counted:
    data = {"file": str(file), **parts.pop("data", {})}
    return monthly.read_rows(settings_from({"data": data, **parts}), follow=False)


def spoken(counted: Counted, key: str) -> list[dict[str, object]]:
    return [dict(facts) for name, facts in counted.history.facts if name == key]


def samples(system: str) -> Any:
    """A test for each header of one system."""
    own = [sample for sample in SAMPLES if sample.system == system]
    return pytest.mark.parametrize("sample", own, ids=[sample.kind for sample in own])


def pencil_counts(sample: Sample, folder: Path) -> None:
    """An export with dates: recognised, its four youngest leads left out, 8 of 36 won, no process column used."""
    file = write(folder / "leads.csv", *rows_of(sample))
    found = detect(rows_of(sample)[0])
    assert (found.name if found else None) == (sample.system if sample.detected else None)
    counted = read(file, data={} if sample.detected else {"crm": sample.system})
    assert counted.history.excluded == {"immature": 4}
    assert counted.tally.overall == (36, 8)
    assert [c.column for c in counted.proposal.criteria] == [sample.sector]
    level = counted.rates.frame().set_index("level")
    assert (level.leads["Steel"], level.customers["Steel"]) == (13, 6)
    assert (level.leads["Glass"], level.customers["Glass"]) == (23, 2)
    assert [w[0] for w in counted.warnings] == (["crm_conversion"] if sample.conversion else [])
    late = set(sample.extra) | {name for name, _ in sample.extra_words}
    assert late <= set(counted.proposal.ignored)


def open_is_not_lost(sample: Sample, folder: Path) -> None:
    """An export without dates: open rows are left out, never counted as lost."""
    file = write(folder / "leads.csv", *rows_of(sample, dated=False))
    counted = read(file, data={"crm": sample.system})
    assert counted.history.excluded == {"still_open": 12}
    assert counted.tally.overall == (28, 8)
