# What stands between parts of a sentence that are put together.
mark-colon = { ": " }
mark-comma = { ", " }
mark-semicolon = { "; " }
mark-list = { ", " }
mark-open = { " (" }
mark-close = )
