error-internal = An internal error occurred.
error-invalid-period = “{ $text }” is not a period of the class { $period_class }. Months are written 2026-03, quarters 2026-Q1, years 2026, and “all” where there are no periods.
error-invalid-version = “{ $text }” is not a version number; expected MAJOR.MINOR.PATCH, for example 1.4.0.
error-unsafe-path = The name { $name } is not used: it would lead out of its folder or cannot be shown safely.
error-unknown-dataset = There is no usable dataset “{ $dataset }”. Usable: { $known }. “gongkai check” lists the problems of others.
error-unknown-delivery = No delivery “{ $delivery }” has been landed. “gongkai status” lists the deliveries.
error-nothing-released = Nothing has been released in { $folder }. Put deliveries into the inbox and start “gongkai run”.
error-rows-unaccounted =
    The books do not balance after { $stage ->
        [read] reading
        [validate] validation
        [disclose] disclosure
       *[compose] publishing
    }: { $expected } rows came in, and { $found } are accounted for. Nothing of this is published.
error-corrupt-store =
    { $path }: { $reason ->
        [missing] it is missing
        [size] its size is not the recorded one
        [sha256] its content is not what was recorded
        [malformed] it cannot be read as what it should be
       *[other] { $reason }
    }. Restore it from a backup or a copy of the catalog.
error-unknown-version = The dataset { $dataset } has no version { $version }. Versions: { $known }.
