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
draft-fixed-width = The columns of this text are aligned with spaces; no character separates them.
draft-fixed-width-remedy = Export the table as CSV or as a workbook. A text of one column that only looks aligned is read with --delimiter ","
draft-blank-rows = empty rows inside the table are left out (blank_rows)
draft-repeated-labels = columns { $columns } have labels that other columns have too: they are told apart by their position, so look at the fields' names
draft-lost-digits = { $field } has figures such as 1.23E+15: a spreadsheet shortened long numbers, and their last digits are lost in the file. If they are codes, have them exported as text
draft-gaps = { $field } is empty in { $empty } of { $rows } rows, as where a group is named once: if the rows below belong to it, the step fill_down fills them
draft-merged = { $fields }: groups stand in merged cells, and all their rows get the group (fill_down)
draft-escape = quotation marks inside cells are written \", not doubled: escape: "\" in the layout reads them
draft-percent = all figures of { $field } carry a percent sign: they are kept as written (12.5% is 12.5); write “percent: divide” into the step parse_number where 0.125 is wanted
draft-percent-some = some figures of { $field } carry a percent sign and others do not, so it is kept as text: 0.5 and 50% may be the same or not
draft-unit-contradicted = { $field }: its label gives the unit { $stated }, and its figures are marked as { $marked }: one of them is wrong, so it is kept as text
draft-currency = figures of { $field } are marked as { $currency }: other currencies are then refused
draft-boolean = { $field } says { $yes } or { $no }: taken for yes and no
draft-serial = { $field } is called a date and holds numbers that are days as workbooks count them (system of 1900): compare a row with the original; write “serial: 1904” for a workbook of an old Mac, or delete the step parse_date where they are something else
draft-encoding = the whole text makes sense in { $encoding }, and far less in any other encoding
draft-delimiter = cells seem to be separated by “{ $delimiter }”; --delimiter says otherwise
draft-header-guessed = row { $row } was taken for the header, though nothing but its place tells it from the rows below
draft-sheet = the sheet “{ $sheet }” was taken, the largest; sheets with other columns are left out: { $left }; --sheet takes another
draft-sheets = { $taken } sheets with the same columns were taken, all that fit “{ $pattern }”; sheets with other columns are left out: { $left }
draft-suspected-label = { $field } is called as fields with personal data are ({ $kinds }), whatever its values look like: it is withheld under a treatment until somebody decides; where it names bodies, places or things, make it active
draft-suspected = { $field } may hold personal data ({ $kinds }): it is withheld under a treatment until somebody decides
draft-codelist = { $field }: all values are in the code list { $codelist }, which is proposed
draft-listed = { $field } has { $values } different values, which became its list: complete it, or make it a code list
draft-day-or-month = { $field }: day and month cannot be told apart, so the dates are kept as text
draft-month-or-years = { $field } may hold months or spans of two years (2010-11), so it is kept as text: type yearmonth in schema.json makes months of them
draft-two-digit-years = years of { $field } have two digits: 69 to 99 are taken for 1969 to 1999, 00 to 68 for 2000 to 2068. Compare the oldest and the latest
draft-either-mark = all figures of { $field } have three digits behind their only mark (1,234 or 1.234): nothing tells thousands from decimals. { $type ->
    [integer] Thousands were taken
   *[other] Decimals were taken
  }; “decimal” and “thousands” in the step parse_number say otherwise
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
draft-rounded = totals differ from the sums of their rows by up to { $largest }, which rounding explains: the layout puts up with { $tolerance }
draft-parents = { $field } shows which rows are parents of others: they are left out after they were checked against the rows below them
draft-parents-kept = { $fields } seems to show a hierarchy that no sums prove: all rows are kept, parents among them, and sums over a column may count twice
draft-levels = { $field } is indented below others: its level and path became fields, and all rows are kept
draft-filled = gaps in { $field } are filled from the row above: the subtotals prove it
draft-columns-empty = columns { $columns } have no label and no content: they are left out
draft-columns-unnamed = columns { $columns } have content but no label: give their fields names
draft-number-left = column “{ $column }” only counts the rows: it is left out
draft-number-kept = column “{ $column }” only counts the rows: it is kept because nothing else tells rows, or their totals, apart
draft-nested = records hold objects: each of their values became a column, labelled “outer.inner”; without “nested: flatten” an object is one cell of JSON text
draft-lists-left = the records at { $taken } were taken; other lists of the document are left out: { $left }. “records” in the layout names another
draft-geometry = the file is GeoJSON: geometries became the column “{ $label }”, as JSON text; “geometry: leave_out” leaves them out
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
draft-range = the cells { $range } are the table; what stands outside is not read: { $outside }
draft-several-tables = “{ $place }” holds { $tables } tables. Table { $number }: { $range }, header on row { $row } ({ $labels }), { $rows } rows.
draft-several-tables-remedy = --range { $range } takes it.
draft-several-tables-file-remedy = Save each table in a file of its own: layouts of this format read all of a file.
draft-tables-alike = Tables { $numbers } have the same header.
draft-tables-alike-remedy = If they are parts of one table, put their rows below each other under one header; a layout reads one range of a sheet.
draft-range-text = “{ $value }” is no range of cells.
draft-range-text-remedy = Write it as B4:H200, B4:H (to the sheet's end) or B:H (all rows).
draft-range-format = A range of cells cannot be told of the format { $format }.
draft-range-format-remedy = Leave --range out, or give an xlsx, xls or ods file.
