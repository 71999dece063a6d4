flow-internal-error = The program failed while processing this delivery ({ $kind }).
flow-internal-error-remedy = The delivered bytes are kept and the next run tries again. Report the log under data/private/logs to the maintainers.
flow-duplicate-across-deliveries = { $keys } rows have the same key ({ $key }) as rows of { $others }, which was delivered earlier.
flow-duplicate-across-deliveries-remedy = Agree with the other department who publishes these rows, and deliver again without them.
flow-descriptor-error-remedy = Correct the dataset's descriptor or restore what is missing, then run again.
flow-still-changing-remedy = Wait until the files have been copied completely; the next run takes them.
flow-file-unreadable = It may not be read: the user who runs this lacks the permission.
flow-file-unreadable-remedy = Make the folder and its files readable for that user, then run again.
