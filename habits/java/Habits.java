import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import javax.net.SocketFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The JDK's own HTTP clients, each with one habit: java Habits KIND URL N.
 *
 * <p>Trusts what TLSTAX_CA or SSL_CERT_FILE names, and goes through HTTPS_PROXY, neither of which Java does by itself.
 */
public final class Habits {
    private Habits() {}

    private static SSLContext context() throws Exception {
        String file = System.getenv("TLSTAX_CA");
        if (file == null) {
            file = System.getenv("SSL_CERT_FILE");
        }
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        try (InputStream in = new BufferedInputStream(new FileInputStream(file))) {
            int number = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("root-" + number++, certificate);
            }
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static HttpClient client(SSLContext context) {
        var builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context);
        String proxy = System.getenv("HTTPS_PROXY");
        if (proxy != null && !proxy.isEmpty()) {
            URI at = URI.create(proxy);
            builder.proxy(ProxySelector.of(new InetSocketAddress(at.getHost(), at.getPort())));
        }
        return builder.build();
    }

    private static void check(int status) throws IOException {
        if (status != 200) {
            throw new IOException("status " + status);
        }
    }

    private static void get(HttpClient client, URI url) throws Exception {
        check(client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofByteArray()).statusCode());
    }

    /** One HttpClient, one request after another. */
    private static void serial(SSLContext context, URI url, int n) throws Exception {
        HttpClient client = client(context);
        for (int i = 0; i < n; i++) {
            get(client, url);
        }
    }

    /** One HttpClient, eight requests at a time. */
    private static void eight(SSLContext context, URI url, int n) throws Exception {
        HttpClient client = client(context);
        var workers = Executors.newFixedThreadPool(8);
        List<Callable<Void>> tasks = Collections.nCopies(n, () -> {
            get(client, url);
            return null;
        });
        for (var done : workers.invokeAll(tasks)) {
            done.get();
        }
        workers.shutdown();
    }

    /** An HttpClient for each request; with {@code anew} a TLS context too. */
    private static void clients(SSLContext context, URI url, int n, boolean anew) throws Exception {
        for (int i = 0; i < n; i++) {
            get(client(anew ? context() : context), url);
        }
    }

    private enum Tls { SHARED, FACTORY_EACH, CONTEXT_EACH }

    /** HttpsURLConnection, whose cache of connections goes by the SSLSocketFactory that each was given. */
    private static void connections(SSLContext context, URI url, int n, Tls tls, boolean read) throws Exception {
        var shared = context.getSocketFactory();
        List<HttpURLConnection> kept = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            var connection = (HttpURLConnection) url.toURL().openConnection();
            if (connection instanceof HttpsURLConnection secure) {
                secure.setSSLSocketFactory(switch (tls) {
                    case SHARED -> shared;
                    case FACTORY_EACH -> context.getSocketFactory();
                    case CONTEXT_EACH -> context().getSocketFactory();
                });
            }
            check(connection.getResponseCode());
            if (read) {
                try (InputStream body = connection.getInputStream()) {
                    body.readAllBytes();
                }
            } else {
                kept.add(connection);
            }
        }
    }

    /** HttpsURLConnection that looks at the status alone and then disconnects: its goodbye is two alerts. */
    private static void disconnected(SSLContext context, URI url, int n) throws Exception {
        var shared = context.getSocketFactory();
        for (int i = 0; i < n; i++) {
            var connection = (HttpURLConnection) url.toURL().openConnection();
            if (connection instanceof HttpsURLConnection secure) {
                secure.setSSLSocketFactory(shared);
            }
            check(connection.getResponseCode());
            connection.disconnect();
        }
    }

    /** Six sockets at once, each closed after its answer, so many times. */
    private static void bursts(SSLContext context, URI url, int n) throws Exception {
        boolean secure = url.getScheme().equals("https");
        SocketFactory factory = secure ? context.getSocketFactory() : SocketFactory.getDefault();
        byte[] request = ("GET " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
            + "\r\nConnection: close\r\n\r\n").getBytes();
        Runnable one = () -> {
            try (var socket = factory.createSocket(url.getHost(), url.getPort())) {
                socket.getOutputStream().write(request);
                String answer = new String(socket.getInputStream().readAllBytes());
                if (!answer.startsWith("HTTP/1.1 200 ")) {
                    throw new IllegalStateException(answer);
                }
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        };
        one.run();
        var workers = Executors.newFixedThreadPool(6);
        for (int i = 0; i < n; i++) {
            var burst = new CompletableFuture<?>[6];
            for (int k = 0; k < burst.length; k++) {
                burst[k] = CompletableFuture.runAsync(one, workers);
            }
            CompletableFuture.allOf(burst).join();
        }
        workers.shutdown();
    }

    public static void main(String[] arguments) throws Exception {
        URI url = URI.create(arguments[1].replaceAll("/$", "") + "/get");
        int n = Integer.parseInt(arguments[2]);
        SSLContext context = context();
        switch (arguments[0]) {
            case "serial" -> serial(context, url, n);
            case "eight" -> eight(context, url, n);
            case "client-each" -> clients(context, url, n, false);
            case "context-each" -> clients(context, url, n, true);
            case "connection-shared" -> connections(context, url, n, Tls.SHARED, true);
            case "connection-factory" -> connections(context, url, n, Tls.FACTORY_EACH, true);
            case "connection-context" -> connections(context, url, n, Tls.CONTEXT_EACH, true);
            case "connection-unread" -> connections(context, url, n, Tls.SHARED, false);
            case "connection-disconnected" -> disconnected(context, url, n);
            case "bursts" -> bursts(context, url, n);
            default -> throw new IllegalArgumentException("no habit " + arguments[0]);
        }
        System.out.println(n + " ok");
        System.exit(0);
    }
}
