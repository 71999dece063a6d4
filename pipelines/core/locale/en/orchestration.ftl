# Texts of the Dagster UI and of notification records.
orchestration-deliveries = What departments have delivered for “{ $title }”: landed files, newest delivery per department.
orchestration-release = The public catalog: one snapshot of all datasets. A release takes every dataset that has changed since the last.
orchestration-index = The DuckDB index of the released catalog. It is derived: deleting and rebuilding it loses nothing.
orchestration-resource = The open installation: registry, stores and ledger. Opened once per run.

orchestration-check-table-schema = Do the files read, and does every row meet the Table Schema (types, constraints, keys)?
orchestration-check-expectations = Do the totals, distributions and relations meet the dataset's expectations?
orchestration-check-personal-data = Does nothing that looks like personal data stand in a field that is published as it is?
orchestration-check-drift = Is the delivery of a plausible size compared with the same department's last accepted one?
orchestration-check-descriptors = Do all dataset folders of the registry load?

orchestration-check-no-delivery = Nothing has been delivered for this period yet, so there is nothing to check.
orchestration-check-passed = Passed (newest deliveries checked: { $deliveries }).
orchestration-check-warnings = Passed, with warnings: { $warnings }.
orchestration-check-errors = Errors: { $errors }. The rows concerned are in quarantine; the others are published.
orchestration-check-rejected = Rejected: { $rejected } of { $deliveries } newest deliveries, for { $errors } errors. The last good delivery stays published. Correct the file as the findings say and deliver it again.
orchestration-check-not-run = Not checked: an earlier stage rejected the delivery (deliveries concerned: { $deliveries }). See the other checks.
orchestration-descriptors = Usable datasets: { $datasets }. Problems in others: { $problems }; their folders are left out until they are corrected.

orchestration-job = Processes the deliveries of all datasets of class { $kind } for one period.
orchestration-release-job = Releases what has changed and refreshes the index.
orchestration-maintenance = Removes old runs from Dagster's storage and verifies the published store. Nothing published depends on it.
orchestration-purge = Removes ended runs older than the retention, but keeps those that tell an asset's latest state.
orchestration-verify = Compares every published file with its hashes, every release with its signature, and the index with the manifests.
orchestration-store-problems = The published store is damaged: { $problems } files are missing or altered. Restore them from the backup.
orchestration-schedule = Nightly, for class { $kind }: requests whatever there still is to do.
orchestration-schedule-nothing = Nothing to do.
orchestration-maintenance-schedule = Weekly maintenance.

orchestration-inbox-sensor = Requests exactly the datasets and periods with something to do: deliveries that are new, and landed ones to be decided again. Waits until files are completely copied.
orchestration-inbox-nothing = Nothing new. Requested already: { $waiting }. Of datasets or periods that Dagster does not know yet: { $unreachable } (reload the definitions after changes of the registry).
orchestration-release-sensor = Requests one release when changes await it and no processing run is under way.
orchestration-release-waiting = Waiting for runs under way: { $runs }.
orchestration-release-nothing = Nothing awaits release.
orchestration-failure-sensor = Writes a notification record for every failed run.
orchestration-check-sensor = Writes a notification record for every failed check.
orchestration-checks-seen = Evaluations seen: { $seen }, notified: { $told }.

orchestration-run-failed = The run of { $job } failed (failed steps: { $steps }). Look at the run in Dagster, then start it again.
orchestration-check-failed = The check { $check } of { $asset } fails for { $period }. Open the report that the check names.
orchestration-unfinished = Not finished, to be tried again: { $names }.
orchestration-check-registers = Whether the catalog's registers (active disclosure, scoreboards, corrections, overdue) could be told after the release.
orchestration-registers-told = The registers say what was released.
orchestration-registers-failed = The registers could not be told; what was released stands, and the next release tries again.
