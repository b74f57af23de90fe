"""A settings sheet to print: what to click, in which order, and the lines to type in; English and French.

For systems that take no rules from outside. The texts say where the vendor's help pages say things are.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ExportError, unknown
from ..grid.criteria import Axis
from ..grid.grid import Grid
from ..grid.reasons import told, words_in
from .base import Options
from .lines import ZERO
from .markdown import aging, band_said, counted_band, escape, minimums, said_minimums, table

WORDS = {
    "en": {
        "title": "Settings sheet: {grid} in {system}",
        "order": "In this order",
        "check": "Then score ten leads by hand from the tables below and compare: {best} is the best possible score, "
        "{worst} the worst.",
        "fit": "Fit: who the lead is",
        "engagement": "Engagement: what the lead did",
        "head": "Criterion|Answer|Points|Done",
        "bands": "Bands",
        "band_head": "Band|From points|Action|Closed, of later leads|Done",
        "expiry": "Points to take back",
        "days": "{line}: all points after {days} days",
        "percent": "{line}: {percent} % every {every} days",
        "thresholds": "Marketing-qualified from {0} points, sales-qualified from {1}.",
    },
    "fr": {
        "title": "Fiche de réglages : {grid} dans {system}",
        "order": "Dans cet ordre",
        "check": "Ensuite, notez dix leads à la main avec les tableaux ci-dessous et comparez : {best} est le meilleur "
        "score possible, {worst} le plus bas.",
        "fit": "Adéquation : qui est le lead",
        "engagement": "Engagement : ce que le lead a fait",
        "head": "Critère|Réponse|Points|Fait",
        "bands": "Paliers",
        "band_head": "Palier|À partir de|Action|Signés, sur les leads ultérieurs|Fait",
        "expiry": "Points à reprendre",
        "days": "{line} : tous les points après {days} jours",
        "percent": "{line} : {percent} % tous les {every} jours",
        "thresholds": "Qualifié marketing à partir de {0} points, qualifié commercial à partir de {1}.",
    },
}

STEPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "plezi": {
        "en": (
            "Choose a moment away from 9 a.m.: smart campaigns run then, and would act on half a grid.",
            "Settings, Scoring: note the points and thresholds in use today, to be able to go back.",
            "For each line of the engagement table: open the content (page, form, e-mail), choose its buying "
            "phase and type its points. Plezi scores content only.",
            "Type the MQL score: the marketing-qualified threshold less what a typical lead has in fit.",
            "Fit lines: keep their score in a number field of the CRM; Plezi reads mapped fields every two hours. "
            "Use it as a filter of smart campaigns.",
            "Switch smart campaigns back on.",
        ),
        "fr": (
            "Choisissez un moment loin de 9 h : les campagnes intelligentes partent alors, et agiraient sur une "
            "moitié de grille.",
            "Paramètres, Scoring : notez les points et les seuils actuels, pour pouvoir revenir en arrière.",
            "Pour chaque ligne du tableau d'engagement : ouvrez le contenu (page, formulaire, e-mail), choisissez "
            "sa phase d'achat et saisissez ses points. Plezi ne note que les contenus.",
            "Saisissez le score MQL : le seuil qualifié marketing moins les points d'adéquation d'un lead courant.",
            "Lignes d'adéquation : gardez leur score dans un champ numérique du CRM ; Plezi lit les champs reliés "
            "toutes les deux heures. Servez-vous-en comme filtre des campagnes intelligentes.",
            "Réactivez les campagnes intelligentes.",
        ),
    },
    "pipedrive": {
        "en": (
            "Settings, Data fields, Deals: add a numerical field 'Lead score' and a single-option field 'Lead "
            "band' with the bands below. Leads use the fields of deals.",
            "Write the scores with: calibrate score GRID DATA, then: calibrate export GRID --to pipedrive "
            "--scores FILE; import that file (Import data, Spreadsheet) and match the id, the score and the band.",
            "Automations: when 'Lead band' changes to a band below, start its action.",
            "Import again every day or week: an imported score does not move by itself. A score that does, Pipedrive "
            "Scores, takes ten criteria of +25, +10 or -10: calibrate run DATA --for pipedrive makes such a grid.",
        ),
        "fr": (
            "Paramètres, Champs de données, Affaires : ajoutez un champ numérique « Lead score » et un champ à "
            "option unique « Lead band » avec les paliers ci-dessous. Les prospects utilisent les champs des "
            "affaires.",
            "Calculez les scores avec : calibrate score GRID DATA, puis : calibrate export GRID --to pipedrive "
            "--scores FICHIER ; importez ce fichier (Importer des données, Tableur) en reliant l'identifiant, le "
            "score et le palier.",
            "Automatisations : quand « Lead band » passe à un palier ci-dessous, lancez son action.",
            "Recommencez chaque jour ou chaque semaine : un score importé n'évolue pas de lui-même. Les Scores de "
            "Pipedrive, eux, évoluent, avec dix critères à +25, +10 ou -10 : calibrate run DATA --for pipedrive fait "
            "une telle grille.",
        ),
    },
    "activecampaign": {
        "en": (
            "Contacts, Manage scoring, New score: a contact score with the name of the grid. Leave it inactive "
            "for now.",
            "One rule per line below: choose the condition in the segment builder, type the points; for lines "
            "under 'Points to take back' choose when they expire.",
            "Answers 'not given' are the condition 'is empty'; 'any other answer' is 'is not' each listed answer.",
            "Activate the score: it is computed for existing contacts too.",
            "Automations: start one per band, with the trigger 'score changes' and the points below.",
        ),
        "fr": (
            "Contacts, Gérer le scoring, Nouveau score : un score de contact au nom de la grille. Laissez-le "
            "inactif pour l'instant.",
            "Une règle par ligne ci-dessous : choisissez la condition dans le créateur de segments, saisissez les "
            "points ; pour les lignes de « Points à reprendre », choisissez leur expiration.",
            "« Non renseigné » est la condition « est vide » ; « autre réponse » est « n'est pas » pour chaque "
            "réponse de la liste.",
            "Activez le score : il est calculé aussi pour les contacts existants.",
            "Automatisations : une par palier, déclenchée par « le score change » et les points ci-dessous.",
        ),
    },
    "dynamics": {
        "en": (
            "Rules cannot be written: Dynamics takes scores of other models as rows of msdyn_predictivescores "
            "(administrator role).",
            "Write the scores with: calibrate score GRID DATA, and turn them into requests of the Web API with: "
            "calibrate export GRID --to dynamics --scores FILE.",
            "Sales settings, Lead scoring: set the grade ranges so that they begin where the bands below begin. "
            "Scores are on 0 to 100 there: the file says which points became which score.",
            "Send again every day: the score does not move by itself.",
        ),
        "fr": (
            "Les règles ne s'écrivent pas : Dynamics reçoit les scores d'autres modèles dans la table "
            "msdyn_predictivescores (rôle administrateur).",
            "Calculez les scores avec : calibrate score GRID DATA, et faites-en des requêtes de l'API Web avec : "
            "calibrate export GRID --to dynamics --scores FICHIER.",
            "Paramètres des ventes, Score des prospects : réglez les plages de notes pour qu'elles commencent où "
            "commencent les paliers ci-dessous. Les scores y vont de 0 à 100 : le fichier dit quels points "
            "donnent quel score.",
            "Renvoyez chaque jour : le score n'évolue pas de lui-même.",
        ),
    },
}
SYSTEMS = {"plezi": "Plezi", "pipedrive": "Pipedrive", "activecampaign": "ActiveCampaign", "dynamics": "Dynamics 365"}


def write(grid: Grid, options: Options, system: str) -> str:
    """The sheet for one system, as Markdown, in the language of the options."""
    if system not in STEPS:
        raise ExportError(unknown("settings sheet", system, STEPS))
    names = words_in(options.language)
    words = WORDS[options.language]
    lines = [
        "# " + words["title"].format(grid=escape(grid.name), system=SYSTEMS[system]),
        "",
        f"## {words['order']}",
        "",
    ]
    lines += [f"{number}. {step}" for number, step in enumerate(STEPS[system][options.language], 1)]
    lines += ["", words["check"].format(best=grid.maximum, worst=grid.minimum), ""]
    axes: tuple[Axis, Axis] = ("engagement", "fit") if system == "plezi" else ("fit", "engagement")
    for axis in axes:
        rows = [
            (criterion.name, told(criterion, place, names), f"{points:+d}", "☐")
            for at, criterion in enumerate(grid.criteria)
            for place, points in enumerate(grid.points[at])
            if criterion.axis == axis and points
        ]
        if rows:
            lines += [f"## {words[axis]}", "", *table(words["head"].split("|"), rows), ""]
    lines += [ZERO[options.language], ""]
    if grid.thresholds:
        stages = (grid.thresholds.marketing_qualified, grid.thresholds.sales_qualified)
        lines += [words["thresholds"].format(*stages).rstrip(".") + said_minimums(grid, options.language) + ".", ""]
    if grid.bands:
        band_rows = []
        for band in sorted(grid.bands, key=lambda band: -band.at_least):
            name, action = band_said(band.name, band.action, options.language)
            from_points = f"{band.at_least}{minimums(band.demands, options.language)}"
            band_rows.append((name, from_points, action, counted_band(grid, band, options.language), "☐"))
        lines += [f"## {words['bands']}", "", *table(words["band_head"].split("|"), band_rows), ""]
    if grid.expiry:
        lines += [f"## {words['expiry']}", ""]
        for rule in grid.expiry:
            line = aging(grid, rule, options.language)
            if rule.days:
                lines.append("- " + words["days"].format(line=line, days=rule.days))
            else:
                lines.append("- " + words["percent"].format(line=line, percent=rule.percent, every=rule.every_days))
        lines.append("")
    return "\n".join(lines)
