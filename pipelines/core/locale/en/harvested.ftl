harvested-catalogs = Other catalogs
harvested-about = Datasets that others publish in catalogs of their own. They are listed here as their catalogs describe them, and their files lie there; this catalog has not checked them.
harvested-catalog-about = Datasets of { $publisher }, as their catalog describes them. Their files lie there; this catalog has not checked them.
harvested-totals = { $datasets ->
    [one] 1 dataset
   *[other] { $datasets } datasets
} in { $catalogs ->
    [one] 1 catalog
   *[other] { $catalogs } catalogs
}
harvested-others = { $datasets ->
    [one] 1 dataset
   *[other] { $datasets } datasets
} of { $catalogs ->
    [one] 1 other catalog
   *[other] { $catalogs } other catalogs
}
harvested-own = { $count ->
    [one] 1 dataset
   *[other] { $count } datasets
} of this catalog
harvested-from = from: { $catalog }
harvested-origin = Address of the catalog
harvested-read = As of
harvested-checked = Last compared
harvested-left-out = { $count ->
    [one] 1 of its datasets does not appear here
   *[other] { $count } of its datasets do not appear here
}: incomplete, repeated, or not chosen.
harvested-searchable = Search finds the first { $count } of these datasets; the others are on these pages only.
harvested-landing-page = Its page there
harvested-republished = re-published here as
harvested-more-files = { $count ->
    [one] and 1 more file
   *[other] and { $count } more files
}
harvested-none = Nothing of this catalog appears here.
