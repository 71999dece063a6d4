portal-skip = Skip to the content
portal-navigation = Parts of the catalog
portal-breadcrumbs = You are here
portal-home = Home
portal-datasets = Datasets
portal-all-datasets = All datasets
portal-themes = Themes
portal-theme = Theme
portal-organisations = Departments
portal-disclosure = Disclosure
portal-console = SQL console
portal-published-by = Published by { $publisher }.
portal-for-machines = For programs
portal-totals = { $datasets ->
    [one] 1 dataset
   *[other] { $datasets } datasets
}, { $rows ->
    [one] 1 row
   *[other] { $rows } rows
}
portal-release = Release { $number } of
portal-newest = Newest
portal-none = No datasets are published yet.
portal-pages = Pages of the list
portal-page = Page { $number } of { $total }
portal-previous = Previous
portal-next = Next
portal-more-publishers = and { $count } more
portal-rows = { $rows ->
    [one] 1 row
   *[other] { $rows } rows
}
portal-fields = { $count ->
    [one] 1 field
   *[other] { $count } fields
}
portal-updated = updated
portal-version = Version
portal-publishers = Published by
portal-periods = Periods
portal-period-none = no periods
portal-period-monthly = monthly
portal-period-quarterly = quarterly
portal-period-yearly = yearly
portal-size = Size
portal-licence = Licence
portal-quality = Quality
portal-basis = Legal basis
portal-preview = Preview
portal-preview-shown = The first { $shown } of { $rows } rows.
portal-preview-empty = This version has no rows.
portal-downloads = Downloads
portal-file = File
portal-format = Format
portal-dictionary = Data dictionary
portal-field = Field
portal-meaning = Meaning
portal-type = Type
portal-rules = Rules
portal-codes = { $count ->
    [one] 1 code
   *[other] { $count } codes
}
portal-all-codes = All codes
portal-key = key
portal-dataset-failed = The pages of { $dataset } could not be made ({ $problem }); its earlier pages stay. Run “gongkai verify”, then “gongkai run”.
