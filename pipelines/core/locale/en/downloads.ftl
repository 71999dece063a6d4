downloads-sheet-data = data
downloads-sheet-dictionary = dictionary
downloads-sheet-about = about
downloads-dataset = Dataset
downloads-version = Version
downloads-field = Field
downloads-type = Type
downloads-title = Title
downloads-title-zh = Title (Chinese)
downloads-title-en = Title (English)
downloads-description-zh = Description (Chinese)
downloads-description-en = Description (English)
downloads-unit = Unit
downloads-codelist = Code list
downloads-key = Key
downloads-yes = yes
downloads-licence = Licence
downloads-publisher = Publisher
downloads-periods = Periods
downloads-rows = Rows
downloads-manifest = SHA-256 of the manifest
downloads-note = Note
downloads-workbook-note = Numbers that have more than 15 digits are text here, since Excel would change them; so are times, and dates before March 1900. The Parquet file has all values with their types.
downloads-no-workbook =
    There is no Excel workbook of this version: { $kind ->
        [rows] it has { $size } rows, and a sheet holds { $most } besides its heading.
        [columns] it has { $size } columns, and a sheet holds { $most }.
        [cell] a text has { $size } characters, and a cell holds { $most }.
       *[bytes] its { $size } rows are too long together for one sheet.
    } Take the CSV or the Parquet file.
downloads-failed = Its files could not be made ({ $problem }): memory or disk may not have sufficed, or a published file is damaged (“gongkai verify” tells). The next “gongkai run” tries again.
downloads-readme =
    # { $title }

    { $description }

    - Dataset: { $dataset }, version { $version }, { $rows } rows
    - Publisher: { $publishers }
    - Licence: { $licence }
    - SHA-256 of the version's manifest: { $manifest }

    A version never changes. Cite dataset, version and the manifest's SHA-256.

    ## Files

    - { $csv }: the rows. CSV (RFC 4180) in UTF-8 with a byte order mark; the first line has the names of the fields. An empty cell is a missing value. Dates are written as 2026-01-31, decimals are exact.
    - codelists/: the codes that fields use, with their names in Chinese and English.
    - datapackage.json: what the files hold, for programs (Data Package v2).
    - SHA256SUMS: the hashes of all other files; “sha256sum --check SHA256SUMS” compares them.

    ## Texts that begin with an apostrophe

    A spreadsheet runs a text as a formula that begins with = + - @, a tab or a line break. Such a text has an apostrophe before it in the CSV files, unless it is a number. A text that begins with apostrophes before one of these characters has one more. Take one apostrophe away, and you have the text. The Parquet file has all texts as they are.

    ## Fields

    { $fields }
cli-downloads-help = Make the files of a version for download (Parquet, CSV, Excel, zip). Without a dataset: those of all latest versions that are not there yet.
cli-downloads-version-help = An earlier version; its files stay until the dataset's next version is released. Default: the latest.
cli-downloads-progress = files for download
cli-downloads-made = { $dataset } { $version }: files for download made: { $files }.
cli-downloads-left-out = { $name }: { $reason }
cli-downloads-unchanged = All files for download are there.
cli-downloads-failed = { $dataset }: no files for download. { $reason }
