"""Names and levels that state the outcome or the sales process."""

import pytest

from calibrate.counts.leakage_words import spoken
from calibrate.leads.columns.naming import words_of


@pytest.mark.parametrize(
    "name",
    ["Stage", "dealstage", "lifecyclestage", "Deal - Lost reason", "IsWon", "Won time", "closedate", "Lead Quality",
     "worked_by_sales", "contacté par le commercial",
     "Elapsed Days In Sales Stage", "Sales Stage Change Count", "Total Days Identified Through Closing",
     "Ratio Days Qualified To Total Days", "Asymmetrique Activity Index", "hubspotscore", "Probability (%)", "Tags",
     "forecast_category", "Date de clôture", "Étape", "Motif de perte", "Statut du lead", "Montant signé", "Facturé le",
     "num_associated_deals", "statuscode", "Probabilité", "days_to_close", "Délai avant signature", "Verlustgrund",
     "Leadstatus", "Abschlusswahrscheinlichkeit", "Vertriebsphase", "Etapa del negocio", "Motivo de pérdida",
     "Fecha de cierre", "Fase della trattativa", "Esito", "Data di chiusura", "Etapa do negócio", "Data de fechamento",
     "Motivo da perda", "Company deal stage", "Dauer bis Verkauf", "Contract number", "Invoice sent", "Vertragsdatum",
     "Numéro de contrat", "Absagegrund", "Reden verlies", "Klant sinds", "Win reason", "Lead score", "HubSpot score"],
)  # fmt: skip
def test_names_that_speak_of_the_outcome(name):
    word = spoken(words_of(name))
    assert word is not None and word.theme != "later"


@pytest.mark.parametrize(
    "name",
    ["Lead Source", "Lead Origin", "Total Time Spent on Website", "TotalVisits", "What is your current occupation",
     "Competitor Type", "Route To Market", "Deal Size Category", "Revenue From Client Past Two Years",
     "profile_completed", "Marital status", "State", "Raison sociale", "Motif de la demande", "Reason for contact",
     "contract_type", "Type de contrat", "First conversion", "time_spent_on_website", "days_since_last_visit",
     "Secteur", "Country", "Opportunity Amount USD", "Window size", "Sign up page", "Paid search",
     "Number of employees", "Funding stage", "Company stage", "Project phase", "Phase du projet", "Statut juridique",
     "Credit score", "Contact reason", "Marital_Status_Code", "Projektphase", "Fase del proyecto", "Stato civile",
     "Estado", "Rechtsform", "Stato di famiglia", "Kreditscore", "Fase do projeto", "Employment status",
     "Signed up via", "Invoices per month", "Factures par mois", "Rechnungen pro Monat", "Verträge pro Jahr",
     "Contrats par an", "Fatturato annuo", "Faturamento", "Facturación", "Closest branch", "Close to a station"],
)  # fmt: skip
def test_names_that_do_not(name):
    assert spoken(words_of(name)) is None


@pytest.mark.parametrize(
    "name",
    ["last_activity", "Last touch", "duration", "Call duration", "Number of emails", "Durée de l'appel",
     "Nombre d'appels", "Letzter Kontakt", "Gesprächsdauer", "Última llamada", "Durata della chiamata",
     "Última ligação", "Next step",
     "Buying stage", "Contract with competitor", "Preferred payment method", "Laufender Vertrag", "Ergebnis 2024",
     "Résultat net", "Profit or loss", "PageSpeed score", "Postal index", "Wants onboarding", "Renewal of current tool",
     "Call attempts", "Kontaktversuche", "Tentatives de contact", "Llamadas realizadas", "Chiamate effettuate",
     "Ligações feitas", "Laatste contact", "Devis envoyé", "Angebot verschickt", "Preventivo inviato", "Owner changed",
     "Proposta enviada", "Offerte verstuurd", "Remise accordée", "Nb de RDV", "Reached by phone"],
)  # fmt: skip
def test_names_that_are_often_written_afterwards(name):
    word = spoken(words_of(name))
    assert word is not None and word.theme == "later"
