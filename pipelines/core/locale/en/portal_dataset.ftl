portal-contents = On this page
portal-overview = Overview
portal-first-published = first published
portal-area = Area
portal-keywords = Keywords
portal-identifier = Identifier
portal-preview-of = Rows of version { $version }
portal-downloads-of = Files of version { $version }
portal-downloads-note = Whoever opens the CSV file in a spreadsheet sees an apostrophe before texts that it would run. Parquet has all values as they are.
portal-dictionary-of = { $count ->
    [one] The only field
   *[other] All { $count } fields
}, with what holds of their values
portal-charts = Charts
portal-copy = Copy
portal-copied = Copied
portal-use = Use it
portal-use-in-folder = The addresses are paths in the catalog's folder: run these there.
portal-use-duckdb = DuckDB: newest and any version
portal-use-duckdb-note = The index of the catalog as a read-only database: views of the newest version, table macros for any other. DuckDB loads its extension httpfs by itself. The file is replaced with every release: for long work take the file of index/ that has the number in latest.json, which never changes.
portal-use-duckdb-file = DuckDB: only this file
portal-use-duckdb-file-note = Reads only the columns and row groups that a query needs.
portal-use-python = Python (pandas)
portal-use-python-note = Needs pandas and pyarrow. Types are those of the data dictionary.
portal-use-python-csv = Python (pandas, CSV)
portal-use-python-csv-note = All fields are read as text, so that codes keep their zeros; make numbers of those that you add up.
portal-use-r = R
portal-use-r-note = With readr (CSV, as text), arrow (Parquet, with types) or duckdb (SQL).
portal-use-excel = Excel
portal-use-excel-note = Download and open the XLSX file, where there is one. Or, to keep it up to date: Data → Get Data → From Other Sources → Blank Query → Advanced Editor, then paste:
portal-use-shell = Command line: download and check
portal-use-shell-note = Compares what came with the published SHA-256.
portal-use-api = Programming interface
portal-use-api-note = Where the publisher runs “gongkai serve”, rows can be asked for by conditions, page by page, of any version, as CSV, JSON, Arrow or Parquet:
portal-type-string = text
portal-type-number = number
portal-type-decimal = { $decimals ->
    [one] decimal number, 1 place
   *[other] decimal number, { $decimals } places
}, exact
portal-type-integer = whole number
portal-type-boolean = yes or no
portal-type-date = date
portal-type-time = time of day
portal-type-datetime = date and time
portal-type-year = year
portal-type-yearmonth = month
portal-type-duration = duration
portal-type-object = JSON object
portal-type-array = JSON array
portal-type-list = list
portal-type-geopoint = point (longitude, latitude)
portal-type-geojson = GeoJSON
portal-type-any = any value
portal-rule-required = never missing
portal-rule-unique = no value twice
portal-rule-unique-together = no two rows have the same { $fields }
portal-rule-minimum = at least { $value }
portal-rule-maximum = at most { $value }
portal-rule-exclusiveminimum = more than { $value }
portal-rule-exclusivemaximum = less than { $value }
portal-rule-minlength = at least { $value } characters
portal-rule-maxlength = at most { $value } characters
portal-rule-pattern = written as { $value } (regular expression)
portal-rule-enum = one of: { $values }
portal-found-in = found in
portal-treated = treated
portal-codes-at = see { $field }
portal-codelists = Code lists
portal-codelist = Code list { $name }
portal-code = Code
portal-code-name = Name
portal-code-parent = Part of
portal-valid-from = Valid from
portal-valid-to = Valid to
portal-used-by = Datasets that use it
portal-datasets-count = { $count ->
    [one] 1 dataset
   *[other] { $count } datasets
}
portal-first-of = the first { $shown } of { $count }
portal-newest-of = the newest { $shown } of { $count }
portal-withheld = What is withheld and why
portal-withheld-intro = These fields were left out or changed before publication, because the law protects what they say. What was done to each is the same in every row that it concerns.
portal-withheld-table = { $count ->
    [one] 1 treatment
   *[other] { $count } treatments
}, by field
portal-withheld-nothing = Nothing: all fields are published as they were delivered.
portal-treatment = What was done
portal-attribute = Attribute
portal-rows-concerned = Rows concerned
portal-as-it-is = { $name }
portal-attribute-active = disclosed
portal-attribute-on-application = disclosed on application
portal-attribute-withheld = not disclosed
portal-treatment-drop = left out
portal-treatment-drop-cells = emptied
portal-treatment-mask = masked
portal-treatment-mask-first = masked: only the first { $first ->
    [one] character is
   *[other] { $first } characters are
} shown
portal-treatment-mask-last = masked: only the last { $last ->
    [one] character is
   *[other] { $last } characters are
} shown
portal-treatment-mask-both = masked: only the first { $first } and the last { $last } characters are shown
portal-treatment-surrogate = replaced by a pseudonym: the same for the same original, and not to be reversed
portal-treatment-generalise = made less exact
portal-treatment-generalise-prefix = only the first { $length } characters are shown
portal-treatment-generalise-month = only the month is shown, as its first day
portal-treatment-generalise-quarter = only the quarter is shown, as its first day
portal-treatment-generalise-year = only the year is shown, as its first day
portal-treatment-generalise-band = only the band that the number lies in is shown
portal-treatment-round = rounded
portal-treatment-round-to = rounded to multiples of { $to }
portal-treatment-top-code = extreme values are shown as a limit
portal-treatment-when = only where { $condition }
portal-small-cells = Small groups of people
portal-small-cells-why = Several fields together can give somebody away, even without a name. So these are shown only as far as at least { $k } people share each combination of their values, in this version and in what separates it from any other. Where that would take too much from all, single rows lose these fields. Their figures stay in every sum, so do not take an absent value for an unknown one.
portal-small-cells-how = { $count ->
    [one] How the field is shown
   *[other] How the { $count } fields are shown
}
portal-small-cells-shown = Shown
portal-small-cells-suppressed = Rows without it
portal-negative-list = The list of matters that are not disclosed
portal-freshness = How fresh
portal-updated-on = Updated
portal-frequency = Frequency
portal-newest-period = Newest period
portal-within-working-days = { $count ->
    [one] Within 1 working day
   *[other] Within { $count } working days
}
portal-within-calendar-days = { $count ->
    [one] Within 1 day
   *[other] Within { $count } days
}
portal-within-hours = { $count ->
    [one] Within 1 hour
   *[other] Within { $count } hours
}
portal-after-period-start = after the first day of the period
portal-after-period-end = after the end of the period
portal-after-landed = after a department has delivered it
portal-after-field = after the day in { $field }
portal-next-due = Next: { $period }, by { $due }.
portal-next-expected = Next: { $period }.
portal-no-deadline = No time limit is set for this dataset.
portal-completeness = How complete
portal-rows-delivered = Rows delivered
portal-rows-accepted = Rows published
portal-rows-quarantined = Rows kept out
portal-rows-quarantined-why = they broke a rule and wait for the department to correct them
portal-corrections = Corrections
portal-corrections-of = { $versions ->
    [one] { $corrections } of 1 version changed what had been published
   *[other] { $corrections } of { $versions } versions changed what had been published
}
portal-rules-kept = Rules that the rows kept
portal-check-types = Every value has the type that is declared for its field ({ $fields } fields).
portal-check-required = Fields that are never missing: { $fields }.
portal-check-patterns = Fields whose texts have a prescribed form or length: { $fields }.
portal-check-ranges = Fields whose values lie within limits: { $fields }.
portal-check-lists = Fields whose values are on a list: { $fields }.
portal-check-references = References that lead to an entry elsewhere: { $fields }.
portal-check-key = Within a period no two rows have the same { $fields }.
portal-check-older = { $periods ->
    [one] 1 period was
   *[other] { $periods } periods were
} published under an earlier description, and kept its rules.
portal-metadata-quality = Metadata quality
portal-score = { $points } of 405 points by the European metadata quality rubric.
portal-score-missing = { $count ->
    [one] 1 thing would give more
   *[other] { $count } things would give more
}
portal-score-worth = { $points } points
portal-versions = Versions
portal-versions-of = { $title }: versions
portal-versions-immutable = A version never changes, so it can be cited and computed with.
portal-versions-count = { $count ->
    [one] There is 1.
   *[other] There are { $count }.
}
portal-all-versions = { $count ->
    [one] The only version
   *[other] All { $count } versions
}
portal-newer-versions = Newer versions
portal-older-versions = Older versions
portal-released = Released
portal-kind-first = first version
portal-kind-addition = addition
portal-kind-correction = correction
portal-kind-removal = removal
portal-kind-rollback = rollback
portal-withdrawn = Withdrawn
portal-why-withdrawn = Why it was withdrawn
portal-what-changed = What changed
portal-version-title = { $title }, version { $version }
portal-version-before = Before: { $version }
portal-version-after = After: { $version }
portal-is-newest = This is the newest version.
portal-not-newest = There is a newer version.
portal-to-newest = To the newest version
portal-to-dataset = To the dataset
portal-deliveries-why = Each figure comes from a department's delivery. These are the ones that this version brought.
portal-downloads-by-command = Whole files are made of the newest version. Where the catalog's software runs, this makes them of this one:
portal-objects = { $count ->
    [one] Its Parquet file
   *[other] Its { $count } Parquet files
}
portal-objects-why = What the version consists of, by period. A file is named by its SHA-256 and never changes.
portal-manifest = Manifest
portal-manifest-of = Manifest of version { $version } (JSON)
portal-manifest-why = The manifest names all files of the version with their SHA-256, the schema, and what was withheld. Its own SHA-256 proves all of it.
portal-gone = No longer in the catalog.
portal-gone-last = The last version was { $version }.
portal-gone-why = The catalog does not show it any more.
portal-instead = Instead
portal-same-theme = Datasets of the same theme
portal-withdrawn-bytes = Its rows were removed.
portal-withdrawn-kept = It is not offered any more.
portal-cite = Cite
portal-cite-why = The citation names version { $version } and the SHA-256 of its manifest, by which anybody can check that they have the same data.
portal-cite-as = Citation ({ $style })
portal-cite-files = For reference managers:
portal-cite-medium = Data set
portal-cite-gb = { $publisher }. { $title }: version { $version }[DS/OL]. { $catalog }, { $year } ({ $day }). { $address } SHA-256: { $manifest }
portal-cite-apa = { $publisher }. ({ $year }). { $title } (Version { $version }) [Data set]. { $catalog }. { $address } (manifest SHA-256: { $manifest }; { $day })
portal-more = More
portal-feedback = Feedback
portal-feedback-write = Write to { $name }
portal-feedback-subject = { $title } ({ $dataset } { $version })
portal-feedback-body =
    Dataset: { $title } ({ $dataset })
    Version: { $version }
    Manifest: { $manifest }
portal-follow = Follow
portal-feed-dataset = Atom feed of this dataset
portal-feed-theme = Atom feed of the theme “{ $theme }”
