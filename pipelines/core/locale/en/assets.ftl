# Other people's scripts for pages of the portal.
assets-getting = Getting the scripts that pages use for SQL and paging in the browser, { $megabytes } MB, once.
assets-registry-unknown = There is no npm here that says where its registry is: install npm, or name a registry in the variable { $variable }.
assets-registry-unreachable = { $address } cannot be had: { $problem }
assets-archive-altered = The archive of { $package } { $version } is not the one that is pinned: it was altered or cut off on the way. Nothing of it is used.
assets-archive-unusable = The archive of { $package } cannot be unpacked: { $problem }
assets-bundle-altered = The files of “{ $bundle }” are not those that are pinned (SHA-256 { $found }). Nothing of them is used.
assets-missing = The portal is made without the SQL console and without paging through rows; pages say so. To get the scripts, say “make browser-assets” where a registry of npm can be reached; the variable { $variable } names another one. Then make the portal again with “make run”.
