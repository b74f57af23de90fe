"""Words by which a column, or one of its levels, says that it knows the outcome: English and French, as `words_of`."""

from __future__ import annotations

import re

NAMES = re.compile(
    r"""\b(
    # the outcome
    close|closed?date|closed|closing|won|lost|winner|win|loss|losing|outcome|^result|(call|meeting|deal|sales)\sresult|
    converted|conversion\s(date|rate|probability|time)|disqualif\w*|churn\w*|renewal|signed|signature|invoic\w+|
    contracts?(?!\stype)|payment|onboarding|go\slive|kick\s?off|customer\s(since|date|at|status)|became\san?\s\w+|
    (associated|recent|first|last)\sdeals?|actual\s(value|revenue)|expected\srevenue|
    # what sales do with a lead, and how long it takes
    (worked|contacted|called|handled|treated|touched)\sby\s(the\s)?(sales|sdr|bdr|rep|reps|team|agent)|sales\s(worked|contacted|called|accepted)|
    (deal|lifecycle)?stages?|^status|stat(us|e)\s?code|^tags?|mql|sql|
    (lead|deal|opportunity|contact|prospect|sales|opp|pipeline|call|follow\sup)\s(status|state|phase|disposition)|
    reasons?(?!\s(for|of|to)\s(contact|enquir|inquir|interest|visit|download|request|choos))|
    elapsed\sdays|days\selapsed|(qualified|validated|identified)\s(to|through)|
    (days|hours|time|age|duration)\s(\w+\s)?(to|in|until|since|between|through|before|after)\s(\w+\s)?
        (stage|clos\w+|qualif\w+|validat\w+|won|lost|sign\w*|conver\w+|pipeline|funnel|deal|sale|opportunity|contract)|
    # what another system or a person made of it
    \w*score|scoring|index|probability|forecast\w*|last\snotable\sactivity|
    (lead|prospect|contact)\s(quality|profile|grade|rating|temperature)|
    # the same in French
    clos|cloture\w*|conclue?s?|gagnee?s?|perdue?s?|signee?s?|(?<!type\sde\s)contrats?|factur\w*|paiement|resultat|
    client\sdepuis|date\sclient|^statut|statut\s(du\s|de\sla\s|de\sl\s)?(lead|contact|prospect|affaire|opportunite|vente)|
    etapes?|phase|motifs?(?!\sde\s(la\s)?(contact|demande|visite))|raisons?(?!\ssociale|\sde\s(la\s)?(contact|demande|visite))|
    (travaillee?s?|contactee?s?|appelee?s?|traitee?s?|rappelee?s?)\spar\s(les?\s|l\s|un\s)?(commerc\w+|vente\w*|vendeur\w*|equipe|sdr)|
    avancement|probabilite|previsions?|(qualite|note)\sdu\s(lead|contact|prospect)|
    (delai|duree|jours|temps)\s.*(cloture|signature|etape|qualif\w*|conclusion|vente)
    )\b""",
    re.VERBOSE,
)
"""Names of columns set by the outcome, by the work of sales, or by another system that has seen either."""

LEVELS = re.compile(
    r"\b(closed?|won|lost|converted|signed|clos|cloture\w*|gagnee?|perdue?|signee?|conclue?)\b(?!\sto\slead)"
)
"""Levels that say how a lead ended."""
