# Paging through the rows of a version on its dataset's page.
paging-failed = These rows could not be read. The files under “Downloads” have all of them.
paging-first = First
paging-last = Last
paging-loading = Loading …
paging-missing = The rows could not be loaded (HTTP { $status }). Try again later, or take a file under “Downloads”.
paging-missing-value = no value
paging-next = Next
paging-no-ranges = This web host gives files only whole, so rows cannot be shown page by page. The files under “Downloads” have all of them.
paging-previous = Previous
paging-row = Go to row
paging-shown = Rows { $first } to { $last } of { $rows }.
paging-without = All rows are in the files under “Downloads”.
