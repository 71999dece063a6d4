# Drafting a dataset from a file: gongkai new.

draft-description = { $title }
draft-field-description = Column “{ $label }” of the delivered file
draft-basis = Regulations on Open Government Information, article 20
draft-personal-basis = Regulations on Open Government Information, article 15 (privacy); Personal Information Protection Law, article 25
draft-hierarchy-level = Level in the hierarchy, from 1
draft-hierarchy-path = Own label behind those of the parents
draft-place-row = Row in the delivered file
draft-place-sheet = Sheet of the delivered file
draft-place-file = Delivered file

draft-assumed = { $option } was not given: “{ $value }” was taken
draft-encoding = the text fits { $encoding } and no other multi-byte encoding
draft-fixed-width = The columns of this text are aligned with spaces; no character separates them.
draft-fixed-width-remedy = Export the table as CSV or as a workbook. A text of one column that only looks aligned is read with --delimiter ","
draft-blank-rows = empty rows inside the table are left out (blank_rows)
draft-repeated-labels = columns { $columns } have labels that other columns have too: they are told apart by their position, so look at the fields' names
draft-lost-digits = { $field } has figures such as 1.23E+15: a spreadsheet shortened long numbers, and their last digits are lost in the file. If they are codes, have them exported as text
draft-gaps = { $field } is empty in { $empty } of { $rows } rows, as where a group is named once: if the rows below belong to it, the step fill_down fills them
draft-escape = quotation marks inside cells are written \", not doubled: escape: "\" in the layout reads them
draft-delimiter = cells seem to be separated by “{ $delimiter }”; --delimiter says otherwise
draft-header-guessed = row { $row } was taken for the header, though nothing but its place tells it from the rows below
draft-sheet = the sheet “{ $sheet }” was taken, the largest; sheets with other columns are left out: { $left }; --sheet takes another
draft-sheets = { $taken } sheets with the same columns were taken, all that fit “{ $pattern }”; sheets with other columns are left out: { $left }
draft-suspected = { $field } may hold personal data ({ $kinds }): it is withheld under a treatment until somebody decides
draft-codelist = { $field }: all values are in the code list { $codelist }, which is proposed
draft-listed = { $field } has { $values } different values, which became its list: complete it, or make it a code list
draft-day-or-month = { $field }: day and month cannot be told apart, so the dates are kept as text
draft-scaled = { $field } is delivered in { $unit } and stored in yuan
draft-place-key = the columns tell rows apart only together with where they stand: { $places } became part of the key
draft-row-key = no combination of up to three columns tells all rows apart: the row number became the key
draft-totals = totals are left out after they were checked against the sums of { $fields }
draft-totals-kept = rows that are called totals do not equal the sum of all others: they are kept as rows
draft-kept-totals = { $count ->
    [one] one row is called a total (row { $row }) and was kept
   *[other] { $count } rows are called totals (the first is row { $row }) and were kept
  }: nothing proves what they sum up, and sums over a column may count twice
draft-totals-unproved = their figures are all zero or missing, so that proves nothing: look at the rows that are left out
draft-parents = { $field } shows which rows are parents of others: they are left out after they were checked against the rows below them
draft-parents-kept = { $fields } seems to show a hierarchy that no sums prove: all rows are kept, parents among them, and sums over a column may count twice
draft-filled = gaps in { $field } are filled from the row above: the subtotals prove it
draft-columns-empty = columns { $columns } have no label and no content: they are left out
draft-columns-unnamed = columns { $columns } have content but no label: give their fields names
draft-number-left = column “{ $column }” only counts the rows: it is left out
draft-number-kept = column “{ $column }” only counts the rows: it is kept because nothing else tells rows, or their totals, apart
draft-wide = { $columns } columns from “{ $first }” to “{ $last }” differ by time alone: the step “unpivot” makes rows of them
draft-footer = rows from { $row } on are the footer
draft-footer-unused = what looks like a footer from row { $row } on would cut rows off: nothing is left out
draft-faulty = Faulty rows by rule: { $rules }.
draft-faulty-remedy = Rows that have more cells than the header (extra-cell) often come from a delimiter inside a cell that is not quoted: --delimiter, --header-row and --header-rows say how the file is laid out; else correct the file.
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
draft-files-differ = The archive's files hold different tables: { $first } has columns that these have not, or have elsewhere: { $files }.
draft-files-differ-remedy = Pack only files with the same columns together, or unpack the archive and give one of its files.
draft-several-formats = The archive's files are written in different ways (formats { $formats }; or other delimiters or lists of records).
draft-several-formats-remedy = Unpack the archive and give one of its files.
draft-sheets-differ = The archive's workbooks have sheets with other columns, whose names nothing tells from those of the largest table.
draft-sheets-differ-remedy = Say with --sheet which sheet is the table, or unpack the archive and give one of its files.
draft-encoding-unknown = Layouts do not know the encoding { $encoding }.
draft-encoding-unknown-remedy = Save the file in one of { $known }.
draft-no-header = No row was found that names the columns.
draft-no-header-remedy = Add a header to the file, or say with --header-row which row it is.
draft-example = The first rows of the file do not pass by themselves: { $rules }.
draft-example-remedy = Move rows without faults to the beginning, or write the folder by hand.
draft-few-rows = { $rows } rows only: types, required fields and the key rest on few values
draft-personal-label = A label of the header looks like personal data, so that row is none.
draft-personal-label-remedy = Add a header to the file, or say with --header-row which row it is.
