"""CRM exports, header by header: each sample is made here, counted with a pencil, and read as its system writes it.

Every sample has 40 leads: 8 won inside their window, 20 lost, 12 open. The first four open ones entered last (too young
to judge where there are dates); with dates the others count as "no customer within the window".
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calibrate.cli.app import main
from calibrate.errors import CalibrateError, HistoryError, InputError, SettingsError
from calibrate.funnel.value import weigh_by_value
from calibrate.leads.crm import SYSTEMS, detect
from calibrate.monthly import counted
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings
from calibrate.report.language import known, load

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
    return monthly.read_rows(settings({"data": data, **parts}), follow=False)


def spoken(counted: Counted, key: str) -> list[dict[str, object]]:
    return [dict(facts) for name, facts in counted.history.facts if name == key]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_an_export_with_dates_gives_the_pencil_counts(sample: Sample, tmp_path: Path) -> None:
    file = write(tmp_path / "leads.csv", *rows_of(sample))
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


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_without_dates_open_is_never_lost(sample: Sample, tmp_path: Path) -> None:
    file = write(tmp_path / "leads.csv", *rows_of(sample, dated=False))
    counted = read(file, data={"crm": sample.system})
    assert counted.history.excluded == {"still_open": 12}
    assert counted.tally.overall == (28, 8)


def test_every_system_has_samples_and_words() -> None:
    assert {sample.system for sample in SAMPLES} == set(SYSTEMS) - {"yousign"}
    assert {s.name for s in SYSTEMS.values()} == set(SYSTEMS)
    for words in map(load, known()):
        for system in SYSTEMS.values():
            for part in system.unconfirmed:
                assert words.name("value", f"crm_{part}") != f"crm_{part}"
            for reason in system.aside:
                assert words.name("value", reason) != reason
        for key in ("crm_detected", "crm_named", "crm_outcome", "crm_open", "crm_joined", "crm_unconfirmed", "mailbox",
                    "signatures"):  # fmt: skip
            assert any(text.endswith(f".{key}") for text in words.texts)


def test_no_header_is_taken_for_another_system() -> None:
    for sample in SAMPLES:
        if sample.detected:
            header = rows_of(sample)[0]
            assert [s.name for s in SYSTEMS.values() if s.recognised(header)] == [sample.system]
    assert detect(["Prospect ID", "Lead Source", "Converted", "Tags", "Create Date"]) is None


# --- what the user says wins ---------------------------------------------------------------------------


def test_what_the_user_names_wins(tmp_path: Path) -> None:
    sample = SAMPLES[1]
    header, rows = rows_of(sample)
    file = write(tmp_path / "leads.csv", [*header, "Signed"], [[*row, "yes" if i < 20 else "no"]
                                                               for i, row in enumerate(rows)])  # fmt: skip
    mine = read(file, outcome={"customer": "Signed"})
    assert mine.tally.overall == (36, 20)  # another outcome, and no date that belongs to it
    values = read(file, outcome={"customer": "Lifecycle Stage", "customer_values": ("Opportunity",)})
    assert values.tally.overall == (36, 8)  # 12 opportunities, 4 of them too young; the date of the win is not theirs
    assert values.history.terms.customer_at is None
    # without a known system the stages are understood by their words, beside a yes/no column and alone
    assert read(file, data={"crm": "none"}).history.terms.customer == "Lifecycle Stage"
    plain = write(tmp_path / "plain.csv", header, rows)
    assert read(plain, data={"crm": "none"}).history.terms.customer == "Lifecycle Stage"


def test_process_columns_can_be_put_back(tmp_path: Path) -> None:
    sample = next(s for s in SAMPLES if s.name == "pipedrive-english")
    file = write(tmp_path / "leads.csv", *rows_of(sample))
    counted = read(file, columns={"keep": ("Deal - Stage",)})
    assert "Deal - Stage" in [c.column for c in counted.proposal.criteria]


def test_an_unknown_system_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "leads.csv", *rows_of(SAMPLES[0]))
    with pytest.raises(SettingsError, match=r"(?s)no CRM named 'hubspo'.*hubspot"):
        read(file, data={"crm": "hubspo"})


def test_unknown_words_for_won_are_asked_back(tmp_path: Path) -> None:
    sample = next(s for s in SAMPLES if s.name == "salesforce-opportunities")
    header, rows = rows_of(sample)
    renamed = [["Terminé" if cell == "Closed Won" else cell for cell in row] for row in rows]
    file = write(tmp_path / "leads.csv", header, renamed)
    with pytest.raises(HistoryError, match="--customer-value"):
        read(file)
    counted = read(file, outcome={"customer_values": ("Terminé",)})
    assert counted.tally.overall == (36, 8)


# --- lost leads that an export leaves out ----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["internal", "english", "french", "status"])
def test_odoo_without_archived_leads_is_refused(kind: str, tmp_path: Path) -> None:
    sample = next(s for s in SAMPLES if s.name == f"odoo-{kind}")
    header, rows = rows_of(sample)
    kept = [row for row, end in zip(rows, ENDS, strict=True) if end != LOST]
    file = write(tmp_path / "leads.csv", header, kept)
    with pytest.raises(HistoryError, match=r"no row is lost in .*archives lost leads.*filter 'Archived'"):
        read(file)
    assert read(file, data={"crm": "none"}, outcome={"customer": sample.outcome, "customer_values": (sample.words[0],)},
                time={"created_at": sample.created}).tally.overall[1] == 8  # fmt: skip


# --- a second file ---------------------------------------------------------------------------------------


def second(tmp_path: Path, leads: list[str], deals: list[str], *, key: Callable[[int], str]) -> tuple[Path, Path]:
    """Leads L000 to L039, and deals: two won and one lost of leads 0-7, lost ones of 8-27, open ones of the rest."""
    header = [*leads, "Industry"]
    rows = [[f"L{i:03d}", (FIRST + timedelta(days=i)).isoformat(), *([key(i)] if len(leads) == 3 else []),
             "Steel" if i % 4 == 0 else "Glass"] for i in range(40)]  # fmt: skip
    made = []
    for i, end in enumerate(ENDS):
        closed = FIRST + timedelta(days=i + 30)
        words = ("Closed Won", "Closed Lost", "Prospecting")[end]
        made.append([key(i), words, closed.isoformat()])
        if end == WON:
            made.append([key(i), words, (closed + timedelta(days=300)).isoformat()])  # a later deal of the same lead
            made.append([key(i), "Closed Lost", (closed - timedelta(days=60)).isoformat()])
    return write(tmp_path / "leads.csv", header, rows), write(tmp_path / "deals.csv", deals, made)


@pytest.mark.parametrize(
    ("leads", "deals", "joined"),
    [
        (["Id", "CreatedDate", "ConvertedOpportunityId"], ["Id", "StageName", "CloseDate"], "ConvertedOpportunityId"),
        (["Record Id", "Created Time", "Converted Deal"], ["Record Id", "Stage", "Closing Date"], "Converted Deal"),
        (["Record ID", "Create Date"], ["Associated Contact IDs", "Deal Stage", "Close Date"], "Record ID"),
        (["leadid", "createdon"], ["originatingleadid", "statecode", "actualclosedate"], "leadid"),
    ],
    ids=["salesforce", "zoho", "hubspot", "dynamics"],
)
def test_won_deals_of_a_second_file_are_the_customers(
    leads: list[str], deals: list[str], joined: str, tmp_path: Path
) -> None:
    key = (lambda i: f"D{i:03d}") if len(leads) == 3 else (lambda i: f"L{i:03d}")
    one, two = second(tmp_path, leads, deals, key=key)
    if "statecode" in deals:
        text = two.read_text(encoding="utf-8")
        for ours, theirs in (("Closed Won", "Won"), ("Closed Lost", "Lost"), ("Prospecting", "Open")):
            text = text.replace(ours, theirs)
        two.write_text(text, encoding="utf-8")
    crm = next(name for name in ("salesforce", "zoho", "hubspot", "dynamics") if detect_named(name, leads))
    counted = read(one, data={"crm": crm}, outcome={"outcomes": str(two)}, time={"as_of": date(2024, 12, 31)})
    assert counted.tally.overall == (40, 8)  # the earliest won date counts, lost deals do not
    assert counted.history.terms.outcomes_by == joined
    assert counted.warnings == ()
    assert spoken(counted, "crm_joined")


def test_amounts_of_won_deals_are_what_leads_are_worth(tmp_path: Path) -> None:
    """Of the deals that a lead won, the one that makes it a customer counts; lost and later ones do not."""
    one, two = second(tmp_path, ["Id", "CreatedDate"], ["Contact Id", "StageName", "CloseDate"], key="L{:03d}".format)
    with two.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    amounts = {"Closed Won": 1000, "Closed Lost": 70, "Prospecting": 9}
    seen: set[str] = set()
    for line in lines[1:]:
        later = line[1] == "Closed Won" and line[0] in seen
        seen |= {line[0]} if line[1] == "Closed Won" else set()
        line.append(str(50_000 if later else amounts[line[1]]))
    same_day = [[lines[1][0], "Closed Lost", lines[1][2], "400"]]  # lost on the day another deal was won
    write(two, [*lines[0], "Amount"], [*lines[1:], *same_day])
    counted = read(one, data={"crm": "salesforce"}, time={"as_of": date(2024, 12, 31)},
                   outcome={"outcomes": str(two), "outcomes_id": "Contact Id"})  # fmt: skip
    assert spoken(counted, "found_value") == [{"column": "Amount"}]
    worth = weigh_by_value(counted.history, counted.rates, counted.tally.criteria, "Amount")
    assert (worth.customers, worth.unknown, worth.total, worth.overall) == (8, 0, 8000, 200)
    named = read(one, data={"crm": "salesforce"}, time={"as_of": date(2024, 12, 31)},
                 outcome={"outcomes": str(two), "outcomes_id": "Contact Id", "value": "Amount"})  # fmt: skip
    assert not spoken(named, "found_value")


def test_the_amount_of_an_export_is_its_value(tmp_path: Path) -> None:
    sample = next(s for s in SAMPLES if s.name == "pipedrive-english")
    header, rows = rows_of(sample)
    file = write(tmp_path / "leads.csv", header, rows)
    assert not spoken(read(file), "found_value")  # a column of texts is no amount
    place = header.index("Deal - Value")
    priced = write(tmp_path / "priced.csv", header, [[*row[:place], "250", *row[place + 1 :]] for row in rows])
    counted = read(priced)
    assert spoken(counted, "found_value") == [{"column": "Deal - Value"}]
    assert "Deal - Value" not in [c.column for c in counted.proposal.criteria]
    assert weigh_by_value(counted.history, counted.rates, counted.tally.criteria, "Deal - Value").total == 8 * 250


def detect_named(name: str, header: list[str]) -> bool:
    system = SYSTEMS[name]
    return system.find(header, system.lead_id) == header[0] and system.find(header, system.created_at) == header[1]


def test_the_key_of_the_second_file_can_be_named(tmp_path: Path) -> None:
    one = write(tmp_path / "leads.csv", ["ref", "created", "Sector"],
                [[f"L{i}", (FIRST + timedelta(days=i)).isoformat(), "ab"[i % 2]] for i in range(40)])  # fmt: skip
    two = write(tmp_path / "deals.csv", ["lead", "won_on"],
                [[f"L{i}", (FIRST + timedelta(days=i + 9)).isoformat()] for i in range(8)])  # fmt: skip
    outcome = {"outcomes": str(two), "lead_id": "ref", "outcomes_id": "lead"}
    time = {"created_at": "created", "customer_at": "won_on", "as_of": date(2024, 12, 31)}
    assert read(one, outcome=outcome, time=time).tally.overall == (40, 8)
    with pytest.raises(InputError, match="--outcomes-id"):
        read(one, outcome={**outcome, "outcomes_id": None}, time=time)


# --- Yousign -----------------------------------------------------------------------------------------------


def envelopes() -> list[dict[str, Any]]:
    """Signatures of leads 0-7 (two of them sent twice), tests, other events; lead 0 signed two requests."""
    found = []

    def event(i: int, name: str, lead: int, at: date, sandbox: bool = False) -> dict[str, Any]:
        seconds = int(datetime(at.year, at.month, at.day, 9).timestamp())
        return {"event_id": f"e{i}", "event_name": name, "event_time": str(seconds), "subscription_id": "s",
                "subscription_description": "", "sandbox": sandbox,
                "data": {"signature_request": {"id": f"r{i}", "external_id": f"L{lead:03d}", "status": "done",
                                               "signers": [{"email": f"ana{lead}@acme.fr"}]}}}  # fmt: skip

    for i in range(8):
        found.append(event(i, "signature_request.done", i, FIRST + timedelta(days=i + 30)))
    found += [found[0], found[5]]
    found.append(event(20, "signature_request.done", 0, FIRST + timedelta(days=400)))
    found.append(event(21, "signature_request.done", 30, FIRST + timedelta(days=50), sandbox=True))
    found.append(event(22, "signature_request.declined", 31, FIRST + timedelta(days=50)))
    found.append(event(23, "signer.done", 32, FIRST + timedelta(days=50)))
    return found


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_yousign_signatures_are_outcomes(form: str, tmp_path: Path) -> None:
    leads = write(tmp_path / "leads.csv", ["Id", "CreatedDate", "LeadSource", "IsConverted"],
                  [[f"L{i:03d}", (FIRST + timedelta(days=i)).isoformat(), "ab"[i % 2], "false"]
                   for i in range(40)])  # fmt: skip
    key = "data.signature_request.external_id"
    file = tmp_path / f"signatures.{form}"
    if form == "jsonl":
        file.write_text("\n".join(map(json.dumps, envelopes())), encoding="utf-8")
    else:
        names = ["event_id", "event_name", "event_time", "sandbox"]
        rows = [[*(str(e[n]) for n in names), e["data"]["signature_request"]["external_id"]]
                for e in envelopes()]  # fmt: skip
        write(file, [*names, key], rows)
    wanted = {"outcomes": str(file), "outcomes_id": key}
    counted = read(leads, data={"crm": "yousign"}, outcome=wanted, time={"as_of": date(2024, 12, 31)})
    assert counted.tally.overall == (40, 8)
    facts = spoken(counted, "signatures")[0]
    assert (facts["events"], facts["signed"], facts["repeated"], facts["tests"]) == (14, 9, 2, 1)
    assert counted.warnings == ()
    with pytest.raises(InputError, match=r"--outcomes-id.*data\.signature_request\.external_id"):
        read(leads, outcome={"outcomes": str(file)})
    with pytest.raises(SettingsError, match="--outcomes"):
        read(file)


def test_errors_are_ours(tmp_path: Path) -> None:
    file = write(tmp_path / "events.csv", ["event_id", "event_name", "event_time", "lead"],
                 [["1", "signer.done", "1700000000", "L1"]])  # fmt: skip
    leads = write(tmp_path / "leads.csv", ["id", "x"], [["L1", "a"], ["L2", "b"]])
    with pytest.raises(CalibrateError, match="finished signature"):
        read(leads, outcome={"outcomes": str(file), "outcomes_id": "lead"})


def test_check_says_that_a_conversion_is_no_sale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = next(s for s in SAMPLES if s.conversion and s.system == "salesforce")
    file = write(tmp_path / "leads.csv", *rows_of(sample))
    for words, wanted in (([], "which is no sale"), (["--json"], '"crm_conversion"')):
        with pytest.raises(SystemExit):
            main(["check", str(file), *words])
        assert wanted in capsys.readouterr().out


def test_a_deal_of_several_leads_counts_for_each(tmp_path: Path) -> None:
    """Deals of leads 0 and 1 together, of 2 alone, of 3 and (lost) 4; the first is worth 900, shared by two."""
    one = write(tmp_path / "contacts.csv", ["Record ID", "Create Date", "Industry"],
                [[i, (FIRST + timedelta(days=i)).isoformat(), "ab"[i % 2]] for i in range(40)])  # fmt: skip
    day = (FIRST + timedelta(days=45)).isoformat()
    deals = [["D1", "Closed Won", day, "0; 1", 900], ["D2", "Closed Won", day, "2", 300],
             ["D3", "Closed Won", day, "3;", 100], ["D4", "Closed Lost", day, "4;5", 700]]  # fmt: skip
    two = write(tmp_path / "deals.csv", ["Record ID", "Deal Stage", "Close Date", "Associated Contact IDs", "Amount"],
                deals)  # fmt: skip
    counted = read(one, outcome={"outcomes": str(two)}, time={"as_of": date(2024, 12, 31)})
    assert counted.tally.overall == (40, 4)
    assert spoken(counted, "crm_several")[0]["rows"] == 2
    assert spoken(counted, "crm_joined") == [{"lead": "Record ID", "deal": "Associated Contact IDs"}]
    worth = weigh_by_value(counted.history, counted.rates, counted.tally.criteria, "Amount")
    assert (worth.total, worth.mean) == (1300, 325)
