"""How columns are called in German, French, Spanish, Italian and Dutch files; in lower case, the most telling first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "order": (
        "bestellnummer", "bestell nr", "bestellnr", "bestell id", "auftragsnummer", "auftrags nr", "auftragsnr",
        "bestellung", "auftrag", "numéro de commande", "n de commande", "no commande", "commande", "número de pedido",
        "n de pedido", "pedido", "numero ordine", "n ordine", "ordine", "bestelnummer", "ordernummer",
    ),
    "ordered_at": (
        "bestelldatum", "kaufdatum", "auftragsdatum", "gekauft am", "bestellt am", "datum", "date de commande",
        "date d achat", "fecha de pedido", "fecha de compra", "fecha", "data ordine", "data acquisto", "data",
        "besteldatum", "aankoopdatum",
    ),
    "time": ("uhrzeit", "zeit", "heure", "hora", "ora", "tijd"),
    "email": (
        "kunden mail", "kunden e mail", "kundenmail", "käufer mail", "mailadresse", "e mail adresse", "emailadresse",
        "mail adresse", "adresse e mail", "adresse mail", "courriel", "e mail client", "correo electrónico", "correo",
        "email cliente", "posta elettronica", "indirizzo email", "e mailadres",
    ),
    "product": (
        "artikelnr", "artikel nr", "artikelnummer", "produktnr", "produkt nr", "produktnummer", "produkt id", "artikel",
        "produkt", "produktname", "artikelname", "référence produit", "référence article", "produit", "article",
        "código de producto", "producto", "artículo", "codice prodotto", "prodotto", "articolo", "product naam",
    ),
    "variant": ("variante", "ausführung", "version", "plattform", "plateforme", "plataforma", "piattaforma"),
    "product_name": (
        "produktname", "artikelname", "artikelbezeichnung", "bezeichnung", "produkt", "artikel", "nom du produit",
        "désignation", "nombre del producto", "descripción", "nome prodotto", "descrizione", "productnaam",
    ),
    "quantity": (
        "menge", "anzahl", "stk", "stück", "stückzahl", "quantité", "qté", "cantidad", "quantità", "qtà", "aantal",
    ),
    "codes": (
        "lizenzschlüssel", "lizenzcode", "schlüssel", "schluessel", "seriennummer", "serien nr", "registriercode",
        "registrierungscode", "freischaltcode", "aktivierungscode", "lizenz", "clé de licence", "clé",
        "numéro de série", "clave de licencia", "clave", "número de serie", "chiave di licenza", "chiave",
        "licentiesleutel", "licentiecode", "sleutel",
    ),
    "registered_name": ("registriert auf", "lizenznehmer", "licencié", "licenciatario", "licenziatario"),
    "name": (
        "kundenname", "käufer", "kunde", "vorname", "nom complet", "nom du client", "prénom", "nombre completo",
        "nombre", "nome completo", "nome", "voornaam", "naam",
    ),
    "last_name": ("nachname", "familienname", "zuname", "nom de famille", "nom", "apellidos", "apellido", "cognome",
                  "achternaam"),
    "company": ("firma", "unternehmen", "société", "entreprise", "empresa", "azienda", "società", "bedrijf"),
    "phone": ("telefon", "telefonnummer", "tel", "téléphone", "teléfono", "telefono", "telefoon"),
    "street": ("straße", "strasse", "anschrift", "adresse", "rue", "dirección", "calle", "indirizzo", "via", "adres"),
    "postal_code": ("plz", "postleitzahl", "code postal", "código postal", "cap", "codice postale", "postcode"),
    "city": ("ort", "stadt", "wohnort", "ville", "ciudad", "città", "plaats", "woonplaats"),
    "region": ("bundesland", "région", "provincia", "regione", "provincie"),
    "country": ("land", "pays", "país", "paese"),
    "language": ("sprache", "langue", "idioma", "lingua", "taal"),
    "transaction": ("transaktion", "transaktionsnummer", "transaktions id", "zahlungs id", "id de transacción"),
    "invoice": (
        "rechnungsnummer", "rechnungs nr", "rechnungsnr", "rechnung", "numéro de facture", "facture",
        "número de factura", "factura", "numero fattura", "fattura", "factuurnummer",
    ),
    "paid": (
        "bezahlt", "zahlungsstatus", "ist bezahlt", "payé", "payée", "statut du paiement", "pagado", "estado del pago",
        "pagato", "stato pagamento", "betaald", "betaalstatus",
    ),
    "amount": (
        "betrag", "gesamtbetrag", "summe", "gesamt", "brutto", "montant", "importe", "importo", "totale", "bedrag",
        "totaal",
    ),
    "amount_refunded": ("erstatteter betrag", "erstattungsbetrag", "montant remboursé", "importe reembolsado",
                        "importo rimborsato"),
    "refunded": ("erstattet", "rückerstattet", "remboursé", "reembolsado", "rimborsato", "terugbetaald"),
    "refunded_at": ("erstattet am", "erstattungsdatum", "date de remboursement", "fecha de reembolso"),
    "test": ("testbestellung", "testkauf"),
    "subscription": ("abo nr", "abonummer", "abonnement", "suscripción", "abbonamento"),
    "paid_until": ("bezahlt bis", "gültig bis", "ablaufdatum", "läuft ab am"),
}  # fmt: skip
