check-chart-not-public = There is no field “{ $field }” in the public copy.
check-chart-not-public-remedy = Charts are made of published rows. Use the name that a field is published under: { $known }.
check-chart-no-quantity = “{ $field }” is no quantity.
check-chart-no-quantity-remedy = Use a field of type number or integer, or leave the key out to count rows.
check-chart-not-coded = The values of “{ $field }” are not those of a code list.
check-chart-not-coded-remedy = Use a field with a code list, categories or an enum, or a boolean; or name the code list of a generalised field in codelists:.
check-chart-no-parents = The code list “{ $codelist }” has no column parent, so its codes do not lie below each other.
check-chart-no-parents-remedy = Use kind: codes, or add the column.
check-chart-no-periods = The chart is over periods, but the dataset has none.
check-chart-no-periods-remedy = Use another kind: codes, tree, categories or distribution.
check-chart-units = Lines of one chart have different units: { $units }.
check-chart-units-remedy = Keep fields of one unit; make another chart of the others.
check-chart-unknown-code = The code list “{ $codelist }” has no code “{ $code }”.
check-chart-unknown-code-remedy = Correct the code, or no row would be counted.
charts-rows = Number of rows
charts-once = { $field } (number)
charts-period = Period
charts-periods = { $first } to { $last }
charts-in-unit = in { $unit }
charts-with-unit = { $title } ({ $unit })
charts-only = { $field }: { $values }
charts-not-stated = Not stated
charts-yes = Yes
charts-no = No
charts-others = All others
charts-total = All
charts-share = Share
charts-unknown = no figure
charts-without-value = Rows without a value
charts-with-amount = { $label } { $amount }
charts-course = { $label }: { $ends }
charts-title-by = { $value } by { $by }
charts-title-by-both = { $value } by { $rows } and { $by }
charts-title-over-time = { $value } by period
charts-title-measured =
    { $value }{ $measure ->
        [mean] , mean by period
        [median] , median by period
       *[sum] , total by period
    }
charts-title-distribution = Distribution of { $value }
charts-described-bars = Bars: { $listed }{ $further ->
        [0] .
       *[other] ; and { $further } more.
    }
charts-described-stacks = Bars divided into parts: { $listed }{ $further ->
        [0] .
       *[other] ; and { $further } more.
    }
charts-missing = Rows whose value is withheld or missing, which do not count as zero: { $count }.
charts-partial = * without what is withheld or missing.
charts-table-cut = The table has the first { $most } lines; the dataset has all.
charts-class = { $low } to under { $high }
charts-class-below = under { $high }
charts-class-from = { $low } or more
charts-figures = Figures as a table
charts-figures-of = Figures: { $title }
number-none = not a number
number-scale-4 = ten thousand
number-scale-6 = million
number-scale-8 = hundred million
number-scale-9 = billion
number-scale-12 = trillion
number-unit-day = days
number-unit-working-day = working days
number-unit-year = years
