<?php
// Four requests at a time, with a curl_multi of its own for each batch: batches.php URL N
[, $base, $count] = $argv;
for ($done = 0; $done < (int) $count; $done += 4) {
    $multi = curl_multi_init();
    $handles = [];
    for ($k = $done; $k < min($done + 4, (int) $count); $k++) {
        $handle = curl_init(rtrim($base, '/') . '/get');
        curl_setopt($handle, CURLOPT_RETURNTRANSFER, true);
        if (getenv('SSL_CERT_FILE')) {
            curl_setopt($handle, CURLOPT_CAINFO, getenv('SSL_CERT_FILE'));
        }
        curl_multi_add_handle($multi, $handle);
        $handles[] = $handle;
    }
    do {
        curl_multi_exec($multi, $running);
        curl_multi_select($multi);
    } while ($running);
    foreach ($handles as $handle) {
        if (curl_getinfo($handle, CURLINFO_RESPONSE_CODE) !== 200) {
            fwrite(STDERR, curl_error($handle) . "\n");
            exit(1);
        }
        curl_multi_remove_handle($multi, $handle);
    }
    curl_multi_close($multi);
}
echo "$count ok\n";
