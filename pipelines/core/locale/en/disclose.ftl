disclose-personal-data = The field “{ $field }” holds what looks like { $kind ->
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
  }. The field is published as it is and is not meant to carry it.
disclose-personal-data-remedy = Take it out of the file and deliver again. If the field is meant to carry it, have its disclosure property in schema.json say so (personal_data), or give the field a treatment. If it is something else, an officer can clear it: gongkai review list --findings.
disclose-personal-data-further = The field “{ $field }” holds the same in { $count } more rows, which are not listed: what looks like { $kind ->
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
  }.
disclose-not-active = The dataset's disclosure attribute is “{ $attribute }”; only the rows of an “active” dataset are published.
disclose-not-active-remedy = Nothing is wrong with the file. If the dataset is to be published, have its disclosure attribute in dataset.yaml decided anew.
disclose-error-untreated-field = The field “{ $field }” of { $dataset } is “{ $attribute }” and has no treatment, so nothing of the dataset can be published. Give it a treatment in schema.json: drop, mask, surrogate, generalise, round or top_code.
disclose-error-unfit-treatment = The treatment “{ $treatment }” does not fit the field “{ $field }” of { $dataset }, which is of type “{ $type }”. Month and year need a date or datetime; choose another treatment in schema.json.
disclose-error-public-name-taken = Two fields of { $dataset } would be published as “{ $name }”. Give one of them another published_as in schema.json.
disclose-error-unknown-condition = The field “{ $field }” of { $dataset } is treated depending on “{ $condition }”, which is not a field. Correct “when” in schema.json.
disclose-error-malformed-key = The surrogate key in { $source } is not a hexadecimal number of at least 32 bytes. Restore it from the backup: with another key, published surrogates change and can no longer be joined with earlier versions.
