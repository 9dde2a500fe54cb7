<?php
// The curl of PHP: php curl.php each|shared URL N. each: a handle per request; shared: one for all.
[, $kind, $url, $n] = $argv;
$base = rtrim($url, '/');
$shared = curl_init();
for ($i = 0; $i < (int) $n; $i++) {
    $handle = $kind === 'each' ? curl_init() : $shared;
    curl_setopt_array($handle, [
        CURLOPT_URL => "$base/get?item=$i",
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FAILONERROR => true,
        CURLOPT_CAINFO => getenv('SSL_CERT_FILE') ?: null,
    ]);
    if (curl_exec($handle) === false) {
        fwrite(STDERR, curl_error($handle) . "\n");
        exit(1);
    }
    if ($kind === 'each') {
        curl_close($handle);
    }
}
echo "$n ok\n";
