"""What personal thing a column holds, by its name alone, in seven languages: EN, FR, DE, ES, IT, PT, NL.

A name is a hint: `personal` asks the values as well. *Loose* names are everyday words that often mean something
else (contact, mobile, commercial, via): they need the values on their side.
"""

from __future__ import annotations

import re
from typing import Literal

from .naming import folded, in_order, words_of

Role = Literal["given", "family", "person", "mail", "phone", "place", "trace", "number", "owner", "notes", "company"]


def phrases(text: str) -> frozenset[str]:
    """Names of columns written one after another, with commas between.

    >>> sorted(phrases("first name, prenom"))
    ['first name', 'prenom']
    """
    return frozenset(in_order(text))


_NAMES: dict[Role, frozenset[str]] = {
    "given": phrases("""
        first name, firstname, given name, given names, forename, fname, middle name, second name, christian name,
        call name, prenom, prenoms, deuxieme prenom, vorname, vornamen, rufname, zweiter vorname, nombre, nombres,
        nombre de pila, primer nombre, segundo nombre, nome, nomi, nome proprio, nome di battesimo, secondo nome,
        primeiro nome, segundo nome, nome de batismo, voornaam, voornamen, roepnaam, tweede naam, fornamn, fornavn,
        imie, jmeno, etunimi
    """),
    "family": phrases("""
        last name, lastname, family name, surname, surnames, lname, maiden name, birth name, name at birth, nom, nom
        de famille, nom de naissance, nom d usage, nom de jeune fille, nom marital, patronyme, nachname, nachnamen,
        familienname, zuname, geburtsname, madchenname, apellido, apellidos, primer apellido, segundo apellido,
        apellido paterno, apellido materno, apellido de soltera, cognome, cognomi, cognome da nubile, sobrenome,
        sobrenomes, apelido, apelidos, ultimo nome, nome de familia, achternaam, achternamen, familienaam,
        geslachtsnaam, meisjesnaam, geboortenaam, efternamn, efternavn, etternavn, nazwisko, sukunimi, prijmeni
    """),
    "person": phrases("""
        name, names, full name, fullname, display name, user name, username, nickname, nom du contact, nome do
        contato, nombre del contacto, contact person, person name, contact full name, nom complet, nom et prenom,
        nom prenom, prenom nom, prenom et nom, nom prenoms, identite, personne a contacter, vollstandiger name,
        voller name, vor und nachname, vor und zuname, vorname nachname, nachname vorname, ansprechpartner,
        ansprechpartnerin, ansprechperson, kontaktperson, benutzername, nombre completo, nombre y apellidos,
        apellidos y nombre, persona de contacto, interlocutor, nombre de usuario, nome completo, nome e cognome,
        cognome e nome, nominativo, referente, persona di contatto, nome utente, nome e sobrenome, nome e apelido,
        pessoa de contato, pessoa de contacto, interlocutora, volledige naam, naam, namen, contactpersoon,
        gebruikersnaam, voor en achternaam, namn, navn, imie i nazwisko, interlocuteur, interlocutrice, parrain,
        marraine, reference person, emergency contact, signatory, signataire
    """),
    "mail": phrases("""
        e mail, email, e mails, emails, mail, e mail address, email address, mail address, e mail adresse, mail
        adresse, mailadresse, emailadresse, adresse mail, adresse email, adresse e mail, adresse de messagerie,
        adresse electronique, courriel, mel, e mail pro, email pro, mail pro, mail perso, email perso, e mail
        professionnel, email professionnel, mail professionnel, correo, correos, correo electronico, direccion de
        correo, direccion de correo electronico, direccion de email, direccion email, posta elettronica, indirizzo
        email, indirizzo e mail, indirizzo di posta elettronica, indirizzo mail, endereco de e mail, endereco de
        email, endereco de correio eletronico, correio eletronico, correio electronico, e mailadres, emailadres,
        mailadres, secondary email, alternate email, personal email, e post
    """),
    "phone": phrases("""
        phone, phone number, phone no, telephone, telephone number, tel, tel no, mobile phone, mobile number, mobile
        no, cell phone, cell number, cellphone, home phone, work phone, office phone, business phone, direct phone,
        direct line, fax, fax number, whatsapp, whatsapp number, telephone fixe, telephone portable, telephone
        mobile, telephone pro, telephone professionnel, telephone personnel, telephone domicile, telephone bureau,
        numero de telephone, numero de portable, numero de mobile, n de telephone, num tel, gsm, telefon,
        telefonnummer, telefon nummer, telefonnr, handynummer, handy nummer, mobiltelefon, mobilnummer,
        mobilfunknummer, rufnummer, festnetznummer, faxnummer, durchwahl, telefono, telefonos, telefono movil,
        telefono fijo, numero de movil, numero de telefono, numero telefonico, numero de celular, telefono
        cellulare, telefono fisso, numero di telefono, numero di cellulare, recapito, recapito telefonico, telefone,
        telemovel, telefone fixo, telefone celular, numero de telefone, numero de telemovel, numero de celular,
        telefoon, telefoonnummer, telefoon nummer, mobiel nummer, mobiele nummer, mobiele telefoon, vaste telefoon,
        gsm nummer, numer telefonu, puhelin
    """),
    "place": phrases("""
        address, address 1, address 2, address 3, address line 1, address line 2, street, street address, home
        address, street name, house number, postal address, mailing address, billing address, shipping address,
        mailing street, adresse, adresse 1, adresse 2, adresse postale, adresse du domicile, adresse de facturation,
        adresse de livraison, adresse personnelle, rue, voie, numero et rue, n et rue, anschrift, strasse, str,
        hausnummer, strasse hausnummer, strasse und hausnummer, strasse nr, wohnadresse, postanschrift, postadresse,
        rechnungsadresse, lieferadresse, direccion, direccion postal, domicilio, calle, calle y numero, direccion de
        facturacion, indirizzo, indirizzo di casa, indirizzo postale, residenza, via e numero civico, numero civico,
        indirizzo di fatturazione, endereco, endereco postal, morada, rua, logradouro, endereco residencial,
        endereco de faturacao, adres, straat, straatnaam, huisnummer, straat en huisnummer, woonadres, postadres,
        factuuradres, gata, ulica
    """),
    "trace": phrases("""
        linkedin, linked in, linkedin url, linkedin profile, linkedin profile url, linkedin link, profil linkedin,
        lien linkedin, url linkedin, perfil de linkedin, profilo linkedin, perfil linkedin, linkedin bio, twitter,
        twitter handle, twitter username, twitter profile, compte twitter, skype, skype id, skype name, facebook,
        facebook profile, facebook username, instagram, instagram handle, xing, xing profil, ip, ip address, adresse
        ip, ip adresse, direccion ip, indirizzo ip, endereco ip, ip adres, mac address, adresse mac, mac adresse,
        photo, photo url, picture, picture url, avatar, avatar url, image url, signature, gps, gps coordinates,
        coordonnees gps, coordenadas gps, coordinate gps, geolocation, cookie, cookie id, device id
    """),
    "number": phrases("""
        ssn, social security number, social security no, national insurance number, nino, national id, national id
        number, id card, id card number, identity card number, passport, passport number, passport no, driving
        licence, driving licence number, driver license, drivers license, tax id, tax number, tax identification
        number, tin, itin, iban, bic iban, bank account, bank account number, account iban, card number, credit
        card, credit card number, debit card, license plate, licence plate, number plate, registration plate, vin,
        numero de securite sociale, n de securite sociale, securite sociale, nir, numero fiscal, numero de
        passeport, passeport, carte d identite, numero de carte d identite, numero de carte, carte bancaire, numero
        de carte bancaire, permis de conduire, rib, immatriculation, plaque d immatriculation, plaque,
        sozialversicherungsnummer, sv nummer, steuernummer, steuer id, steueridentifikationsnummer, reisepass,
        reisepassnummer, personalausweis, ausweisnummer, personalausweisnummer, kontonummer, kreditkartennummer,
        kreditkarte, fuhrerschein, kennzeichen, kfz kennzeichen, nummernschild, ahv nummer,
        rentenversicherungsnummer, dni, nie, nif, dni nie, numero de seguridad social, seguridad social, numero de
        pasaporte, pasaporte, numero de cuenta, numero de tarjeta, tarjeta de credito, matricula del coche, permiso
        de conducir, curp, rfc, codice fiscale, numero di passaporto, passaporto, carta d identita, numero di conto,
        numero di carta, carta di credito, patente, numero patente, targa, targa auto, tessera sanitaria, cpf,
        numero de contribuinte, numero de seguranca social, niss, cartao de cidadao, bilhete de identidade, rg,
        passaporte, numero de passaporte, numero de conta, cartao de credito, numero do cartao, carta de conducao,
        cnh, placa, placa do carro, bsn, burgerservicenummer, paspoort, paspoortnummer, rekeningnummer,
        creditcardnummer, creditcard, rijbewijs, rijbewijsnummer, kenteken, identiteitskaart, rijksregisternummer,
        sofinummer, pesel
    """),
    "owner": phrases("""
        owner, owner name, opportunity owner, account owner, record owner, lead owner, contact owner, deal owner,
        hubspot owner, sales person, salesperson, salesman, saleswoman, sales rep, sales representative, sales
        owner, account executive, account manager, assigned to, assignee, assigned user, created by, modified by,
        updated by, handled by, last modified by, referred by, bdr, sdr, bdr owner, sdr owner, proprietaire,
        proprietaire du contact, proprietaire du compte, proprietaire de la piste, proprietaire de l opportunite,
        proprietaire de la fiche, vendeur, vendeuse, charge d affaires, chargee d affaires, gestionnaire, cree par,
        modifie par, traite par, suivi par, recommande par, attribue a, assigne a, responsable du compte, ingenieur
        commercial, besitzer, besitzerin, eigentumer, inhaber, inhaberin, kundenbetreuer, kundenbetreuerin,
        betreuer, betreuerin, bearbeiter, bearbeiterin, sachbearbeiter, verkaufer, verkauferin, vertriebler,
        vertriebsmitarbeiter, vertriebsmitarbeiterin, aussendienstmitarbeiter, verantwortlicher, verantwortliche,
        zustandiger, zustandig, erstellt von, angelegt von, geandert von, bearbeitet von, zugewiesen an, empfohlen
        von, kontakt besitzer, propietario, propietario del contacto, propietaria, vendedor, vendedora, ejecutivo de
        cuenta, asesor, asesora, asesor comercial, asignado a, creado por, modificado por, recomendado por,
        responsable de cuenta, proprietario, proprietario del contatto, venditore, venditrice, responsabile,
        responsabile commerciale, agente di vendita, assegnato a, assegnatario, creato da, modificato da, segnalato
        da, gestore, proprietario do contato, proprietario do contacto, responsavel, consultor, consultora, gerente
        de conta, gestor de conta, gestor, atribuido a, criado por, alterado por, modificado por, indicado por,
        eigenaar, contacteigenaar, eigenaar van contact, verkoper, verkoopster, accountmanager, vertegenwoordiger,
        behandelaar, toegewezen aan, aangemaakt door, gemaakt door, gewijzigd door, aanbevolen door,
        verantwoordelijke
    """),
    "notes": phrases("""
        note, notes, comment, comments, remark, remarks, description, message, messages, body, details, free text,
        internal notes, sales notes, call notes, additional information, further information, commentaire,
        commentaires, remarque, remarques, observation, observations, compte rendu, descriptif, texte libre,
        informations complementaires, notiz, notizen, bemerkung, bemerkungen, kommentar, kommentare, anmerkung,
        anmerkungen, beschreibung, nachricht, freitext, nota, notas, comentario, comentarios, observacion,
        observaciones, descripcion, mensaje, texto libre, commento, commenti, osservazione, osservazioni,
        descrizione, messaggio, testo libero, annotazioni, observacao, observacoes, descricao, mensagem, texto
        livre, anotacoes, notitie, notities, opmerking, opmerkingen, toelichting, omschrijving, bericht, vrije
        tekst, commentaar
    """),
    "company": phrases("""
        company, company name, companyname, organisation, organization, organisation name, organization name,
        account name, employer, employer name, business name, firm, firm name, company legal name, website, company
        website, website url, homepage, domain, domain name, company domain, email domain, societe, entreprise, nom
        de l entreprise, nom de la societe, nom entreprise, nom societe, raison sociale, etablissement, employeur,
        nom de l organisation, nom du compte, site web, site internet, url du site, nom de domaine, domaine de l
        entreprise, firma, firmenname, firmen, unternehmen, unternehmensname, gesellschaft, arbeitgeber, betrieb,
        name der firma, name des unternehmens, name der organisation, webseite, internetseite, empresa, nombre de la
        empresa, nombre empresa, razon social, compania, empleador, organizacion, nombre de la organizacion, nombre
        de la cuenta, sitio web, pagina web, dominio, azienda, nome azienda, nome dell azienda, ragione sociale,
        societa, ditta, impresa, datore di lavoro, organizzazione, nome account, sito web, nome da empresa, razao
        social, empregador, organizacao, nome da organizacao, nome da conta, site, bedrijf, bedrijfsnaam, naam
        bedrijf, naam van het bedrijf, onderneming, organisatie, organisatienaam, werkgever, accountnaam, firmanaam,
        foretag
    """),
}
_SCRIPTS: dict[Role, str] = {
    "given": "имя, отчество, ім'я, όνομα, μικρό όνομα, 名, 名字, 이름, الاسم الأول, الاسم الاول, שם פרטי",
    "family": "фамилия, прізвище, επώνυμο, επίθετο, 姓, 姓氏, 苗字, 名字（姓）, 성, اسم العائلة, اللقب, שם משפחה",
    "person": "фио, имя и фамилия, контактное лицо, ονοματεπώνυμο, 姓名, 氏名, 名前, お名前, "
    "担当者, 担当者名, 联系人, 성명, 담당자, الاسم, الاسم الكامل, שם, שם מלא, איש קשר",
    "mail": "почта, эл почта, электронная почта, メール, メールアドレス, 邮箱, 电子邮件, 이메일, "
    "البريد الإلكتروني, דואר אלקטרוני, אימייל",
    "phone": "телефон, мобильный, мобильный телефон, τηλέφωνο, κινητό, 電話, 電話番号, 携帯, "
    "电话, 手机, 手机号, 전화, 전화번호, 휴대폰, الهاتف, رقم الهاتف, الجوال, טלפון, נייד",
    "place": "адрес, улица, διεύθυνση, οδός, 住所, 地址, 주소, العنوان, כתובת, רחוב",
    "notes": "комментарий, примечание, заметки, σχόλια, σημειώσεις, 備考, メモ, 备注, 메모, 비고, ملاحظات, הערות",
    "owner": "ответственный, менеджер, υπεύθυνος, 担当, 负责人, 담당, المسؤول, אחראי",
    "company": "компания, организация, εταιρεία, 会社, 会社名, 公司, 公司名称, 회사, 회사명, الشركة, חברה",
}
"""The commonest names in other scripts, as they stand."""


_LOOSE: dict[Role, frozenset[str]] = {
    "person": phrases("contact, kontakt, contacto, contatto, contato, persona, person"),
    "phone": phrases("""
        mobile, cell, portable, handy, mobil, festnetz, movil, celular, cellulare, mobiel, telemovel pessoal, fixe,
        fijo
    """),
    "place": phrases("via, domicile, adresse complete, address type"),
    "owner": phrases("""
        commercial, comercial, commerciale, responsable, agent, agente, rep, team member
    """),
}

_BEFORE = re.compile(
    r"^(?:contact|contacts|lead|leads|customer|client|owner|prospect|your|votre|person|personne|personen|people|deal|"
    r"affaire|work|primary|main|main contact|person s|kontakt|kunde|kunden|interessent|ihr|ihre|persona|contacto|"
    r"cliente|su|tu|contatto|contato|pessoa|seu|sua|klant|persoon|uw|jouw|billing|mailing|properties|property) "
)
_AFTER = re.compile(
    r" (?:(?:du|de|de la|del|della|dello|do|da|des|der|van|van de|von|of|of the|for) (?:contact|client|lead|prospect|"
    r"person|personne|customer|kontakts|kunden|interessenten|person|contacto|cliente|persona|contatto|contato|pessoa|"
    r"klant|persoon|contactpersoon)|\d{1,2}|personal|perso|personnel|pro|professionnel|home|work|office|mobile|privat|"
    r"geschaftlich|beruflich|particular|privato|pessoal|prive|zakelijk)$"
)
_BEGINNINGS: dict[str, Role] = {
    "linkedin": "trace",
    "linked in": "trace",
    "twitter": "trace",
    "facebook": "trace",
    "instagram": "trace",
    "skype": "trace",
    "xing": "trace",
    "telephone": "phone",
    "telefon": "phone",
    "proprietaire": "owner",
    "propietario": "owner",
    "proprietario": "owner",
    "eigenaar": "owner",
}


def role_of(name: str) -> tuple[Role | None, bool]:
    """What a column's name says that it holds, and whether that is only loosely said.

    >>> role_of("Person - Nachname"), role_of("Cognome"), role_of("contact"), role_of("Sector")
    (('family', False), ('family', False), ('person', True), (None, False))
    >>> role_of("Фамилия"), role_of("επώνυμο")
    (('family', False), ('family', False))
    """
    words = words_of(name)
    if not words:
        plain = folded(name).replace("_", " ").strip(" :*")
        return next((role for role, names in _SCRIPTS.items() if plain in map(folded, in_order(names))), None), False
    while words:
        for table, loose in ((_NAMES, False), (_LOOSE, True)):
            for role, names in table.items():
                if words in names:
                    return role, loose
        shorter = _BEFORE.sub("", words, count=1)
        words = shorter if shorter != words else _AFTER.sub("", words, count=1) if _AFTER.search(words) else ""
    begun = words_of(name)
    return next((role for word, role in _BEGINNINGS.items() if begun.startswith(word + " ")), None), False
