publish-duplicate-across-deliveries =
    { $keys ->
        [one] One public key ({ $key }) occurs
       *[other] { $keys } public keys ({ $key }) occur
    } in more than one of the deliveries { $deliveries }. A key stands for one row of the dataset, whichever department delivers it. Ask the departments which of them publishes these rows; the other redelivers without them.
publish-columns-differ = The disclosed table of delivery { $delivery } is not what its record says (fields: { $fields }). Its file and its record are written together and belong together. Process the delivery again.
publish-dataset-withdrawn = { $dataset } is no longer disclosed actively ({ $attribute }): it has been taken out of the catalog. Files of earlier releases stay in data/catalog/objects.
publish-dataset-emptied = { $dataset } has nothing left that may be shown: it has been taken out of the catalog until a delivery is accepted.
publish-fields-withdrawn = { $dataset }: { $fields } may no longer be shown as published and could not be made anew for { $periods }: taken out there until a delivery is accepted. Files of earlier releases stay in data/catalog/objects.
publish-periods-withdrawn = { $dataset }: { $fields } may no longer be shown as published, the key depends on it, and { $periods } could not be made anew: taken out until a delivery is accepted. Files of earlier releases stay in data/catalog/objects.
publish-periods-of-another-class = { $dataset } is now delivered { $period_class ->
        [monthly] monthly
        [quarterly] quarterly
        [yearly] yearly
       *[none] without periods
    }: { $periods }, published by the old periods, has been taken out of the new version.
publish-nothing-to-restore = Nothing of version { $version } of { $dataset } may be public any more: its key, or all of its fields, are disclosed otherwise today. Choose a later version.
publish-not-disclosed = { $dataset } is not disclosed actively ({ $attribute }): no version of it can be released. Change “disclosure” in its dataset.yaml first, if it may be public again.
publish-types-kept = { $dataset }: the type of { $fields } stays as it was: periods written under it are still shown, and could not be read by the new one. Have their deliveries accepted again, or delivered anew; then the new type is published.
publish-rolled-back-again = { $dataset }, { $periods }: not released. They hold rows of deliveries that a rollback took out ({ $deliveries }). What these departments deliver anew is released; “gongkai rollback” to the later version lets these in again.
publish-version-withdrawn = Version { $version } of { $dataset } has been withdrawn: it cannot be shown again. “gongkai versions { $dataset }” says why, and which versions there are.
publish-store-address =
    The catalog's address (GONGKAI_CATALOG) cannot be used: { $reason ->
        [secret] it has a user name, a query or a fragment. Credentials belong in the environment (AWS_ACCESS_KEY_ID and so on), never in the address.
        [scheme] it begins neither with file:// nor with s3://, gs:// or az://.
        [name] the name of its bucket or of a folder is missing or has characters that are not allowed there.
       *[environment] environment variables that the store needs are missing or wrong, for instance AZURE_STORAGE_ACCOUNT_NAME for az://.
    }
publish-create-only =
    Nothing can be published to { $address }: { $reason ->
        [links] its file system has no hard links, by which a file is created only where none is. Put the catalog on a local disk.
        [ignored] it replaces files that it was asked to create only where none is (If-None-Match). A proxy may drop that header; otherwise use another store.
       *[raced] of several writers that created the same file at once, not exactly one was told so. Use another store.
    } Two releases at once could overwrite each other.
publish-file-exists = { $path } exists and is not replaced. Give another name, or remove it.
