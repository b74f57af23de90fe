"""Houses in French streets without a postal code, and what only begins like one."""

from __future__ import annotations

from calibrate.leads.columns.french_houses import is_french_house
from calibrate.leads.columns.private_values import is_private

HOUSES = """
6 cours Mirabeau
12 cours Victor Hugo
3 cours Gambetta
54 Cours Lafayette
12 allées Jean Jaurès
3 bis allées de Tourny
4 ruelle des Jardins
4 ruelle Saint-Jean
7 promenade des Anglais
12 promenade Marquisats
5 clos des Vignes
5 clos Saint-Martin
8 résidence Bellevue
8 résidence Les Tilleuls
14 lotissement Beauséjour
3 domaine du Golf
3 hameau des Pins
9 voie Romaine
9 voie de la Liberté
2 cour Carnot
2 cour des Lions
11 chaussée d'Antin
11 chaussée Jules César
4 côte de Nacre
18 galerie Vivienne
18 galerie de la Madeleine
1 quartier Latour
22 carrefour de l'Odéon
6 faubourg Montmartre
63 rue du Faubourg Saint-Denis
10 pl. Bellecour
10 pl Bellecour
10 place Bellecour
10, place Kléber
14 bld Voltaire
14 bvd Voltaire
14 r. Victor Hugo
14 r Victor Hugo
9 imp. des Lilas
9 imp des Lilas
21 ch. du Moulin
21 chem. du Moulin
21 che du Moulin
5 rte de Lyon
5 rte. de Lyon
7 sq. Carpeaux
7 sq Carpeaux
3 pass. Jouffroy
3 all. des Roses
3 all des Roses
2 quai Branly
2 av Foch
2 Av. Foch
2 AVENUE FOCH
6 COURS MIRABEAU
10 PLACE BELLECOUR
3 ALLEE DES ROSES
6, Cours Mirabeau
6bis cours Mirabeau
6 ter, cours Saint-Louis
N°6 cours Mirabeau
n° 6, rue Foch
Bât. B, 6 cours Mirabeau
6 cours Mirabeau, Aix-en-Provence
6 cours Mirabeau Aix
cours Mirabeau 6
6 montée de la Grande Côte
6 montée Saint-Barthélemy
4 esplanade Charles de Gaulle
1 parvis Notre-Dame
3 rond-point des Champs-Élysées
12 venelle aux Pois
12 sente des Merisiers
2 rampe du Port
8 mail Pablo Picasso
8 mail des Cèdres
7 villa Seurat
2 cité Bergère
15 port de la Rapée
4 carré d'Or
24 lieu-dit Kerouan
5 le bourg
5 Le Bourg
12 Grande Rue
12 Grand'Rue
12 Grand-Rue
3 Petite Rue
12 Haute Rue
8 Vieux Chemin
1 Rue Haute
4 rue basse
4 rue 8 mai 1945
4 rue du 8 mai 1945
4 avenue du 11 Novembre
4 place du 14 Juillet
12 drève des Hêtres
3 venelle Kergoat
3 levée de la Loire
1 passerelle Simone
5 square Carpeaux
7 traverse Pomègues
4 rocade Ouest
3 ZA des Landes
3 zone artisanale des Landes
ZI Nord, 4 rue Ampère
6 terrasse Bellini
5 sentier des Roches
"""
OTHERS = """
6 cours
3 cours Excel
12 cours Python
2 cours Anglais
10 cours Pilates
5 cours en ligne
5 cours particuliers
4 cours de yoga
4 cours d'anglais
20 cours par mois
6 cours du soir
6 cours de 2 heures
5 cours de langue
3 sessions
2 places assises
3 places
10 places de parking
1 place de parking
1 place VIP
2 Places VIP
4 promenades
2 voies
1 voie rapide
4 voies d'accès
2 domaines
3 domaines de compétence
1 domaine Google
5 quartiers
2 quartiers de Paris
1 port USB
2 port Ethernet
3 ports USB
4 passages en caisse
1 passage Google
1 clos
3 terrasses
1 terrasse
10 routes
3 chemins possibles
2 mail Google
3 mail Outlook
1 mail
2 cour d'appel
1 galerie photo
2 galeries photos
3 résidence principale
1 résidence secondaire
2 résidences
2 traverse
1 carrefour
1 Carrefour Market
4 Carrefour City
3 villa
1 villa avec piscine
1 Villa Standing
1 cité administrative
2 R5
5 R Studio
4 r/min
2 all inclusive
1 all in
7 All Inclusive
3 ch. libres
2 ch
3 Ch
12 Pass Navigo
3 pass Premium
3 Pass Premium
1 pont
2 Pl. premium
3 boulevards
1 avenue
2 quais
1 mail par semaine
3 mails
Cours Mirabeau
Q1 cours Excel
2 rue
5 bd
2025 cours Python
30 cours Business English
5 Cours Management
3 cours Marketing Digital
10 cours Yoga
1 côte
3 porte ouverte
1 porte
2 portes
4 port Sud
1 quai de chargement
2 quais de chargement
3 quai de chargement
1 rampe de chargement
1 chemin critique
1 route nationale
2 route de vente
1 impasse
1 allée centrale
2 allées
1 place de marché
2 places de marché
1 place de cinéma
3 résidence étudiante
4 résidence senior
5 résidence services
"""


def test_houses_are_private() -> None:
    houses = HOUSES.strip().splitlines()
    assert [text for text in houses if not is_private(text)] == []
    assert [text for text in houses if not is_french_house(text)] == []


def test_lessons_rooms_and_ways_of_selling_are_not() -> None:
    assert [text for text in OTHERS.strip().splitlines() if is_private(text)] == []
