publish-duplicate-across-deliveries =
    { $keys ->
        [one] One public key ({ $key }) occurs
       *[other] { $keys } public keys ({ $key }) occur
    } in more than one of the deliveries { $deliveries }. A key stands for one row of the dataset, whichever department delivers it. Ask the departments which of them publishes these rows; the other redelivers without them.
publish-columns-differ = The disclosed table of delivery { $delivery } is not what its record says (fields: { $fields }). Its file and its record are written together and belong together. Process the delivery again.
publish-store-problem =
    { $path } { $reason ->
        [missing] is missing.
        [size] has a different size than its manifest says.
        [sha256] does not have the content that it was published with.
       *[malformed] cannot be read as what it should be.
    } Published files never change. Restore this file from a backup.
