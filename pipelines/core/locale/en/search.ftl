search-label = Search datasets
search-submit = Search
search-hint = Chinese, English, pinyin or initials, for example 预算, budget, yusuan or ys.
search-filters = Narrow down
search-reset = Clear the filters
search-facet-catalog = Catalog
search-facet-theme = Theme
search-facet-department = Department
search-facet-class = Five disclosures
search-facet-disclosure = Disclosure
search-facet-period = Periods
search-facet-format = Format
search-catalog-own = This catalog
search-disclosure-active = all fields as delivered
search-disclosure-partly = some fields withheld or changed
search-found = { $count ->
    [one] 1 dataset
   *[other] { $count } datasets
}
search-none = No dataset has all of these words. Try fewer or shorter ones.
search-failed = Search could not be loaded. The list below has all datasets.
search-more = More results
search-list = The list
