publish-malformed-signing-key = { $source } is not an Ed25519 private key in PEM without a passphrase. Restore it from the backup; or move it away, and the next release makes a new key, whose fingerprint has to be published.
publish-unusable-public-key = { $source } is not an Ed25519 public key in PEM. The publisher's keys are in the catalog's folder keys/; take the one whose fingerprint the publisher has made known elsewhere.
publish-no-copy = { $folder } is not a copy of a catalog: it has neither snapshots/ nor releases/. Name the folder that these lie in.
publish-store-problem =
    { $path } { $reason ->
        [missing] is missing.
        [size] has a different size than it should have.
        [truncated] is shorter than it should be: its end is missing.
        [sha256] does not have the content that it was published with.
        [unsafe] leads out of the catalog's folder, through a link.
        [swapped] holds the manifest of { $detail }, which is not the version that it stands for.
        [replayed] is of another release: it holds { $detail }.
        [unsigned] is missing: nothing vouches for this release.
        [forged] does not fit its signature: one of the two has been altered, or another key than the publisher's has signed it.
        [other-key] has not been signed with the given key but with { $detail }.
        [absent] is missing, with everything else of { $detail }.
        [stale] points to snapshot { $detail }, and there is a newer one beside it.
        [unlisted] does not list { $detail }, which belongs to this release.
        [chain] does not follow the snapshot before it: it names { $detail }.
        [index] does not say what the manifests say ({ $detail }).
        [reviews] is not the ledger that releases were made under: entry { $detail } is missing or altered.
        [download] is not the file for download that was made: { $detail ->
            [missing] it is missing.
            [malformed] it cannot be read.
           *[other] its content is another one.
        }
        [download-withdrawn] holds files for download of a version that has been withdrawn.
       *[malformed] cannot be read as what it should be.
    }
publish-store-remedy =
    { $reason ->
        [unsigned] The next “gongkai run” signs a release that a crash left unsigned. If one has ended since, the signature has been removed: compare the catalog with a backup.
        [stale] The next “gongkai run” writes it anew.
        [index] Delete data/catalog/catalog.duckdb and data/catalog/index; the next “gongkai run” makes them anew.
        [chain] Snapshots are missing or have been exchanged. Restore the folder snapshots/ from a backup.
        [forged] Restore the list and its signature from a backup, and find out who could write into the catalog.
        [reviews] Restore it from a backup, and find out who could write into data/private. Nothing is released until then.
        [download] Delete data/catalog/downloads; the next “gongkai run” makes all files for download anew. “gongkai downloads” with the dataset and version does so for one.
        [download-withdrawn] Delete this folder. They were written by a process that died while the version was withdrawn.
       *[other] Published files never change. Restore this file from a backup.
    }
publish-copy-remedy =
    { $reason ->
        [missing] Download it again. If only some datasets were downloaded, name them with --dataset.
        [absent] Download it again. If only some datasets were downloaded, name them with --dataset.
        [unsigned] Download the release's SHA256SUMS and SHA256SUMS.sig as well. Do not rely on a copy without them.
        [other-key] Ask the publisher, by another way than this catalog, which key is valid: keys are replaced now and then, and the old ones stay valid for what they signed.
        [stale] Download latest.json again. If it stays as it is, what the publisher offers as newest is not.
        [unsafe] Do not use it. Put the file itself in the place of the link, downloaded from the publisher.
        [forged] Do not use this copy. Download it again from the publisher, without any conversion of line ends; check the key's fingerprint.
        [replayed] Do not use this copy: someone shows one release as another. Download it again from the publisher.
        [chain] Do not use this copy. Download it again from the publisher.
        [unlisted] Do not use this copy, and tell the publisher: the release itself is not whole.
       *[other] Do not use this file. Download it again from the publisher; tell the publisher if it stays as it is.
    }
publish-store-note =
    { $kind ->
        [unreferred] { $files } files ({ $bytes } bytes) belong to no release; the first is { $first }.
        [unfinished] { $files } unfinished files ({ $bytes } bytes) of a writer that is at work or has died; the first is { $first }.
        [derived-absent] { $files } files that were made from a release and signed with it are not here; the first is { $first }. Everything in them is in the data as well.
       *[unchecked] { $files } files here ({ $bytes } bytes) were not compared: this release's signature does not cover them, or they are of datasets that were not asked for. The first is { $first }.
    }
publish-freshness = A signature tells what the publisher released, not that nothing newer has been released. Compare the snapshot's number and date with what the publisher shows.
cli-verify-help = Compare the catalog, or a downloaded copy of it, with its hashes and signatures. Exit code 1 when something is missing or altered.
cli-verify-folder-help = A downloaded copy; default: this installation's own catalog.
cli-verify-key-help = The publisher's public key (PEM), for a copy. Take it, or its fingerprint, from another source than the copy.
cli-verify-snapshot-help = The release to check in a copy; default: the newest.
cli-verify-dataset-help = Only this dataset of a copy; may be repeated.
cli-verify-key-needed = A copy is checked with the publisher's public key: --key FILE.
cli-verify-copy-only = --key, --snapshot and --dataset are for copies: name the folder.
cli-verify-progress = comparing
cli-verify-nothing = Nothing has been released.
cli-verify-catalog = { $snapshots } snapshots; { $files } files, { $megabytes } MB compared.
cli-verify-copy = Snapshot { $snapshot }, released { $released }, signed with key { $key }; { $files } files, { $megabytes } MB compared.
cli-verify-copy-unknown = Snapshot { $snapshot } cannot be relied on.
cli-verify-sound = Nothing is missing and nothing is altered.
cli-verify-problems = { $problems } problems.
cli-verify-more = And { $more } more; --json lists all.
cli-verify-signed-by = Signed with key { $key }, fingerprint (SHA-256) { $fingerprint }.
