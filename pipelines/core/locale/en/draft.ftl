# Drafting a dataset from a file: gongkai new.

draft-description = { $title }
draft-field-description = Column “{ $label }” of the delivered file
draft-basis = Regulations on Open Government Information, article 20
draft-personal-basis = Regulations on Open Government Information, article 15 (privacy); Personal Information Protection Law, article 25
draft-place-row = Row in the delivered file
draft-place-sheet = Sheet of the delivered file

draft-assumed = { $option } was not given: “{ $value }” was taken
draft-encoding = the text fits { $encoding } and no other multi-byte encoding
draft-delimiter = cells seem to be separated by “{ $delimiter }”; --delimiter says otherwise
draft-header-guessed = row { $row } was taken for the header, though nothing but its place tells it from the rows below
draft-sheet = the sheet “{ $sheet }” was taken, the largest of { $sheets } tables that differ; --sheet takes another
draft-suspected = { $field } may hold personal data ({ $kinds }): it is withheld under a treatment until somebody decides
draft-codelist = { $field }: all values are in the code list { $codelist }, which is proposed
draft-listed = { $field } has { $values } different values, which became its list: complete it, or make it a code list
draft-day-or-month = { $field }: day and month cannot be told apart, so the dates are kept as text
draft-scaled = { $field } is delivered in { $unit } and stored in yuan
draft-row-key = no combination of up to three columns tells all rows apart: the row number became the key
draft-totals = totals are left out after they were checked against the sums of { $fields }
draft-totals-kept = rows that are called totals do not equal the sum of all others: they are kept as rows
draft-footer = rows from { $row } on are the footer
draft-footer-unused = what looks like a footer from row { $row } on would cut rows off: nothing is left out
draft-faulty-rows = so many rows are faulty that the limit was raised to { $percent } %: see the rules below

draft-identifier = “{ $name }” cannot be the identifier of a dataset.
draft-identifier-remedy = Use lower-case ASCII letters, digits and _, beginning with a letter.
draft-unknown-answer = { $option } does not know “{ $value }”.
draft-unknown-answer-remedy = Known are: { $known }.
draft-exists = There is a dataset, code list or folder called { $dataset } already.
draft-exists-remedy = Choose another identifier; nothing is overwritten.
draft-no-file = There is no file { $file }.
draft-no-file-remedy = Give the path of one file.
draft-file-name = The file's name has characters that cannot be shown.
draft-file-name-remedy = Rename the file.
draft-several-files = The archive holds several files, or files that cannot be read.
draft-several-files-remedy = Unpack it and give one of its files.
draft-encoding-unknown = Layouts do not know the encoding { $encoding }.
draft-encoding-unknown-remedy = Save the file in one of { $known }.
draft-no-header = No row was found that names the columns.
draft-no-header-remedy = Add a header to the file, or say with --header-row which row it is.
draft-example = The first rows of the file do not pass by themselves: { $rules }.
draft-example-remedy = Move rows without faults to the beginning, or write the folder by hand.
draft-few-rows = { $rows } rows only: types, required fields and the key rest on few values
draft-personal-label = A label of the header looks like personal data, so that row is none.
draft-personal-label-remedy = Add a header to the file, or say with --header-row which row it is.
