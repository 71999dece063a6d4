privacy-document = { $document }, at { $place }: what looks like { $kind ->
    [identity_number] a resident identity number
    [bank_card] a bank card number
    [mobile] a mobile telephone number
    [landline] a telephone number
    [address] a postal address
    [passport] a passport number
    [plate] a vehicle's number plate
    [personal_name] the name of a person
    [sole_trader_code] a sole trader's credit code
    [messaging_account] an account of a messaging service
   *[email] an e-mail address
  } would become public.
privacy-document-remedy = Take it out of where the document is made of: a descriptor, a code list, a note. Addresses and telephones of organisations belong in organisations.csv.
privacy-note = The text has what looks like personal data. Notes, reasons and bases become public with a version: write it without.
