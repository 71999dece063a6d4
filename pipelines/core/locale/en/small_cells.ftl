small-cells-unknown-field = There is no published field “{ $field }”.
small-cells-unknown-field-remedy = Use the name that the field is published under: { $known }.
small-cells-two-roles = “{ $field }” is a quasi-identifier and something else in small_cells.
small-cells-two-roles-remedy = Name the field once: what is known of people is a quasi-identifier, what is to be kept from being learnt is sensitive.
small-cells-levels = The levels of “{ $field }” do not become coarser one by one: { $levels }.
small-cells-levels-remedy = Give levels of one kind, finest first: month, quarter, year; bands, each a multiple of the one before; ever shorter prefixes; a code list once. “all” is the last.
small-cells-level = Fields of type { $type } cannot be generalised to “{ $level }”.
small-cells-level-remedy = Dates take month, quarter and year, numbers { "{" }band: N{ "}" }, texts { "{" }prefix: N{ "}" } and codelist, everything all.
small-cells-codelist = There is no code list “{ $codelist }” with a column “parent”.
small-cells-codelist-remedy = Name one as { "{" }codelist: NAME{ "}" }, give the field one in schema.json, or add the column to the list.
small-cells-key = The key field “{ $field }” is not published as it is, nor as a surrogate.
small-cells-key-remedy = Publish all fields of the primary key, or surrogates of them: versions are compared row by row.
small-cells-in-key = The quasi-identifier “{ $field }” is part of the primary key.
small-cells-in-key-remedy = Tell rows apart by something that says nothing about people, for instance a surrogate.
small-cells-weight = “{ $field }” has a weight and is no quasi-identifier.
small-cells-weight-remedy = Weights are for: { $known }.
small-cells-lattice = The quasi-identifiers can be generalised in { $nodes } ways, more than { $most }.
small-cells-lattice-remedy = Give fewer levels, or fewer quasi-identifiers.
small-cells-field =
    { $text } So that people are not told apart (rows of fewer than { $k } persons are not shown by it), it may be less exact in some periods: { $levels }; in single rows it may be absent.
small-cells-level-exact = as it is
small-cells-level-month = first day of the month
small-cells-level-quarter = first day of the quarter
small-cells-level-year = first day of the year
small-cells-level-all = absent in all rows about people
small-cells-level-codelist = code above it in the code list
small-cells-level-band = lower end of a band of { $size }
small-cells-level-prefix = first { $size } characters
small-cells-record-lost = What was kept of how people's rows were protected (small cells) in { $period } is lost: data/private/protection/{ $path }. The segment cannot be made again byte for byte; restore the file from a backup.
notes-small-cells = { $field } is shown by: { $level } (groups of at least { $k } persons)
small-cells-unprotected = The dataset “{ $dataset }” has small cells, which nothing has looked after: its rows are not published.
small-cells-other-descriptor = The rows of { $period } were protected by other levels than today's descriptor has.
small-cells-not-suppressed =
    { $rows ->
        [one] A row that was
       *[other] { $rows } rows that were
    } to lose what others may know of people (small cells) would be shown with it: the period is not published.
