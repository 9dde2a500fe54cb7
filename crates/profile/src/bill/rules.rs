//! The table: which function's time belongs to which class.
//!
//! A stack is walked from the innermost frame outward. If several rules match a frame, the first in [`RULES`] counts,
//! so specific rules come before general ones. The first frame that a rule names gives the class and decides, unless
//! that rule yields: then the walk continues, and the next frame whose class is among those yielded to takes the time
//! over, by its own rule. So a SHA-256 block is charged to the function that called it, and an allocation is not.
//!
//! Generic Rust is compiled into its callers, and without full debug information an inlined function's name lacks its
//! crate (`poll_inner`). Such frames match nothing, and their time goes to the function that they were compiled into.
//!
//! The functions of one model, client or TLS stack are in its entry of the catalog, and count as if they were listed
//! here, in the rule for that work. The classes of tlstax's own functions are declared by their modules.

use Class::{
    CertificateVerify, ChainValidation, Harness, Http, KernelNetwork, KernelOther, KeyExchange, KeySchedule, Memory,
    Other, RecordEncryption, Runtime, ThreadCreation, TlsState, TrustStore,
};

use workload::catalog::{CostClass as Class, Work, symbols_of};

/// In which frames a rule's patterns are searched. C's short names (`send`) are also names in Rust, so they are
/// searched in the C library only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Kernel,
    User,
    CLibrary,
    /// In the C library if all frames further in belong to it or to the kernel: it does the work itself, and does not
    /// just call `main` or a thread's function.
    CLibraryAtWork,
    /// In any program's own frames, if no frame further in was named.
    AtLast,
    /// In tlstax's own modules, which declare their class.
    Own,
}

/// A line of the table.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) class: Class,
    pub(super) place: Place,
    /// Names of functions separated by spaces, in which `*` stands for any text: without generic arguments, and a
    /// trait's method under the type that implements it.
    patterns: &'static str,
    /// The work whose functions in the catalog count as if they were listed here.
    work: Option<Work>,
    /// Classes that take the time over if one of their functions is further out.
    pub(super) yields: &'static [Class],
    pub(super) reason: &'static str,
}

const fn rule(class: Class, place: Place, patterns: &'static str, reason: &'static str) -> Rule {
    Rule { class, place, patterns, work: None, yields: &[], reason }
}

impl Rule {
    const fn yields_to(self, yields: &'static [Class]) -> Rule {
        Rule { yields, ..self }
    }

    const fn and_all_of(self, work: Work) -> Rule {
        Rule { work: Some(work), ..self }
    }

    /// All its patterns, including those of the catalog.
    pub(super) fn patterns(&self) -> impl Iterator<Item = &'static str> {
        let listed = self.patterns.split(' ').filter(|pattern| !pattern.is_empty());
        listed.chain(self.work.into_iter().flat_map(symbols_of))
    }
}

/// The classes that may have called a cryptographic primitive.
const PURPOSES: &[Class] =
    &[KeyExchange, ChainValidation, CertificateVerify, KeySchedule, RecordEncryption, TrustStore, TlsState];
/// The same without the classes of whole libraries, whose functions are on almost every stack.
const STEPS: &[Class] = &[KeyExchange, ChainValidation, CertificateVerify, KeySchedule, RecordEncryption, TrustStore];

/// Every rule, the specific before the general.
pub(super) const RULES: &[Rule] = &[
    // The kernel.
    rule(
        KernelOther,
        Place::Kernel,
        "eventfd_* pipe_* anon_pipe_* tty_* futex_* do_futex",
        "wake-ups, pipes and terminals, though the calls are those of sockets",
    )
    .yields_to(&[ThreadCreation]),
    rule(
        KernelOther,
        Place::Kernel,
        "filemap_* generic_file_* page_cache_* iomap_* shmem_* ext4_* xfs_* btrfs_* ovl_* backing_file_* f2fs_* fuse_* \
         nfs_* nfs4_* v9fs_* squashfs_* erofs_* jbd2_* blk_mq_* submit_bio* vfs_fsync* seq_read* proc_reg_* kernfs_*",
        "files, of whatever file system, though the calls are those of sockets; a page fault on one is a page fault",
    )
    .yields_to(&[ThreadCreation, Memory]),
    rule(
        KernelNetwork,
        Place::Kernel,
        "tcp_* __tcp_* inet_* __inet_* ip_* __ip_* ip6_* sock_* __sock_* sk_* __sk_* sockfs_* skb_* __skb_* \
         *alloc_skb net_rx_* net_tx_* netif_* __netif_* napi_* __napi_* dev_*xmit __dev_*xmit loopback_* \
         process_backlog lock_sock* release_sock __release_sock bbr_* nf_* fib_* udp_* unix_* ep_* do_epoll_* \
         *_sys_epoll_* do_sys_poll do_poll *_sys_poll *_sys_ppoll *_sys_connect *_sys_accept4 *_sys_accept \
         *_sys_send* *_sys_recv* *_sys_socket *_sys_bind *_sys_listen *_sys_shutdown *_sys_getsock* \
         *_sys_setsock* *_sys_getpeername do_sock_*",
        "a call on a socket or on readiness, its waiting and waking included, and packets of the loopback wherever met",
    ),
    rule(
        ThreadCreation,
        Place::Kernel,
        "*_sys_clone *_sys_clone3 kernel_clone copy_process ret_from_fork* schedule_tail wake_up_new_task do_exit \
         *_sys_exit do_group_exit exit_mm release_task do_task_dead *_sys_set_robust_list *_sys_rseq \
         *_sys_sigaltstack *_sys_prctl *_sys_set_tid_address",
        "a thread's beginning and end, and what each asks of the kernel then",
    ),
    rule(
        Memory,
        Place::Kernel,
        "asm_exc_page_fault exc_page_fault do_user_addr_fault handle_mm_fault *_sys_mmap ksys_mmap_pgoff \
         *_sys_munmap *_sys_brk *_sys_madvise *_sys_mremap *_sys_mprotect",
        "fresh pages are the price of memory, paid on first use; a thread's stack belongs to the thread",
    )
    .yields_to(&[KernelNetwork, ThreadCreation]),
    rule(KernelOther, Place::Kernel, "*", "no call of the above: scheduling, futexes, timers, interrupts")
        .yields_to(&[KernelNetwork, ThreadCreation, Memory, KernelOther]),
    // Memory, whichever class allocates it: decided once for all classes.
    rule(
        Memory,
        Place::User,
        "malloc calloc realloc cfree posix_memalign aligned_alloc malloc_usable_size sysmalloc systrim \
         __libc_malloc* __libc_calloc* __libc_realloc* __libc_free* __libc_memalign* _int_malloc _int_free* \
         _int_realloc _int_memalign malloc_consolidate unlink_chunk tcache_* arena_get* checked_request2size \
         alloc_perturb ptmalloc_* __malloc_* __rust_alloc* __rust_dealloc __rust_realloc __rdl_* __rustc::__r* \
         alloc::alloc::* alloc::raw_vec::* CRYPTO_malloc CRYPTO_zalloc CRYPTO_calloc CRYPTO_realloc CRYPTO_free \
         CRYPTO_clear_free CRYPTO_memdup CRYPTO_strdup CRYPTO_secure_* OPENSSL_malloc OPENSSL_zalloc \
         OPENSSL_calloc OPENSSL_realloc OPENSSL_free OPENSSL_cleanse",
        "an allocation is charged to memory, whoever asks: it can be saved without touching the asker",
    ),
    rule(Memory, Place::CLibrary, "free", "the allocator's, which Rust's inlined functions share the name of"),
    rule(
        Memory,
        Place::User,
        "memcpy memmove memset bzero __memcpy_* __memmove_* __memset_* __mempcpy_* compiler_builtins::mem::*",
        "copying and clearing",
    ),
    rule(
        Memory,
        Place::CLibraryAtWork,
        "[unknown]",
        "without its debug symbols the C library does not name the variants of memcpy and memset it picks for the CPU",
    )
    .yields_to(&[ThreadCreation, Memory, KernelNetwork]),
    // Threads.
    rule(
        ThreadCreation,
        Place::User,
        "pthread_create* __pthread_create* allocate_stack pthread_join __pthread_clockjoin_ex pthread_detach \
         __nptl_* advise_stack_range __call_tls_dtors pthread_attr_* __pthread_attr_* pthread_getattr_np* \
         pthread_setname_np* __pthread_getattr_np __free_tcb *::spawn_unchecked *::spawn_unchecked_ \
         std::thread::spawn std::thread::Builder::spawn std::thread::Builder::spawn_scoped \
         std::thread::Thread::new std::sys::thread::unix::Thread::new std::sys::pal::unix::thread::Thread::new \
         std::thread::JoinHandle::join std::sys::thread::unix::Thread::join \
         std::sys::pal::unix::stack_overflow::* std::sys::stack_overflow::* \
         std::sys::thread_local::destructors::* std::thread::spawnhook::* std::thread::lifecycle::ThreadInit::* \
         std::sys::thread_local::guard::* std::thread::current::set_current",
        "making a thread with its stack and guard pages, ending it with its thread-locals, and joining it",
    ),
    rule(
        ThreadCreation,
        Place::CLibraryAtWork,
        "start_thread clone clone3 __clone3 __clone madvise __madvise",
        "before and after the thread's own function, after which its stack is given back by madvise",
    ),
    rule(
        KernelNetwork,
        Place::CLibrary,
        "connect socket bind listen accept accept4 send sendto sendmsg recv recvfrom recvmsg shutdown getsockname \
         getpeername getsockopt setsockopt epoll_* poll ppoll __poll read readv write writev close __libc_connect \
         __libc_recv* __libc_send* __libc_read* __libc_write* __read __write __close __socket __setsockopt",
        "the door to the kernel, and all there is of it where the kernel's functions are hidden: a file that is read \
         is then taken for a socket",
    ),
    // The steps of TLS that have a class of their own. A primitive belongs to the nearest step outward.
    rule(
        CertificateVerify,
        Place::User,
        "verify_tls13_signature* verify_tls12_signature* *::verify_tls13_signature* *::verify_tls12_signature* \
         tls_process_cert_verify tls_process_key_exchange tls_process_ske_* ssl3_get_server_key_exchange",
        "the origin proves that it holds the key; in TLS 1.2 that signature is on its key share",
    )
    .and_all_of(Work::CertificateVerify),
    rule(
        TrustStore,
        Place::User,
        "webpki_roots::* webpki_root_certs::* rustls_native_certs::* rustls_pki_types::pem::* \
         rustls_pki_types::base64::* rustls_pemfile::* openssl_probe::* webpki::trust_anchor::* PEM_* X509_load_* \
         X509_LOOKUP_* X509_STORE_load_* X509_STORE_set_default_paths* X509_STORE_add_cert X509_STORE_add_lookup \
         x509_store_add by_file_ctrl* by_dir* get_cert_by_subject* by_store_* SSL_CTX_load_verify* \
         SSL_CTX_set_default_verify* X509_STORE_free _ssl__SSLContext_load_verify_locations* \
         _ssl__SSLContext_set_default_verify_paths* _cffi_f_SSL_CTX_load_verify_* \
         _cffi_f_SSL_CTX_set_default_verify_* cryptography_rust::x509::certificate::*load_pem_x509_certificates \
         cryptography_rust::x509::verify::PyStore::* cryptography_x509_verification::trust_store::* \
         _ZN4node6crypto*RootCert* _ZN4node6crypto*AddRootCerts* crypto/x509.loadSystemRoots* \
         crypto/x509.initSystemRoots* crypto/x509.SystemCertPool* crypto/x509.(*CertPool).AppendCertsFromPEM* \
         crypto/x509.(*CertPool).AddCert* crypto/x509.(*CertPool).addCert* crypto/x509.(*CertPool).Clone* \
         crypto/x509.(*CertPool).copy* gnutls_certificate_set_x509_*trust* gnutls_x509_trust_list_add_* \
         gnutls_x509_trust_list_*init",
        "trust anchors are read, parsed and put into a store, whatever parses them; and the store is freed",
    )
    .and_all_of(Work::TrustStore),
    rule(
        ChainValidation,
        Place::User,
        "verify_server_cert* *::verify_server_cert* X509_verify_cert ssl_verify_cert_chain ssl_verify_internal \
         tls_process_server_certificate tls_post_process_server_certificate tls_process_server_rpk X509_check_host \
         X509_check_ip*",
        "the origin's chain from its parsing to its root, its host name included",
    )
    .and_all_of(Work::Chain),
    rule(
        KeySchedule,
        Place::User,
        "HKDF* EVP_KDF_* kdf_tls* tls13_generate_* tls13_derive_* tls13_hkdf_* tls13_change_cipher_state \
         tls13_update_key tls13_setup_key_block tls13_final_finish_mac tls13_store_* tls13_save_* tls13_restore_* \
         tls1_PRF tls1_generate_* tls1_setup_key_block tls1_change_cipher_state tls1_final_finish_mac CRYPTO_tls1_prf \
         CRYPTO_tls13_hkdf* ssl3_finish_mac ssl3_digest_cached_records ssl3_init_finished_mac ssl3_take_mac \
         ssl_handshake_hash tls_construct_finished tls_process_finished ssl_set_new_record_layer tls_psk_do_binder",
        "hashes of the transcript, secrets and keys made of them, and Finished, which is one of those",
    )
    .and_all_of(Work::KeySchedule),
    rule(
        RecordEncryption,
        Place::User,
        "EVP_AEAD_CTX_seal* EVP_AEAD_CTX_open* tls13_cipher tls1_cipher tls13_add_record_padding tls1_mac ssl3_cbc_*",
        "a record is sealed or opened",
    )
    .and_all_of(Work::Records),
    rule(
        KeyExchange,
        Place::User,
        "X25519* x25519* curve25519_x25519* ECDH_* ecdh_* ecx_* ossl_x25519* ossl_ecdh* EVP_PKEY_derive* \
         EVP_PKEY_keygen* EVP_PKEY_generate EVP_PKEY_encapsulate* EVP_PKEY_decapsulate* EVP_PKEY_Q_keygen ml_kem* \
         mlkem* ossl_ml_kem* mlx_* ssl_derive ssl_encapsulate ssl_decapsulate ssl_generate_pkey* \
         tls_construct_ctos_key_share tls_parse_stoc_key_share tls_construct_client_key_exchange \
         tls_client_key_exchange_post_work tls_construct_cke_*",
        "a key share is made, or a secret agreed on",
    )
    .and_all_of(Work::KeyExchange),
    // Parsing and signatures, which several steps use.
    rule(
        ChainValidation,
        Place::User,
        "webpki::* X509* x509* ossl_x509* d2i_* i2d_* ASN1_* asn1_* ossl_asn1* ossl_policy* internal_verify \
         check_chain* check_name* build_chain GENERAL_NAME* OSSL_DECODER* ossl_decoder* decoder_*",
        "certificates and DER are parsed and verified for the chain, unless another step asks for it",
    )
    .yields_to(&[TrustStore, CertificateVerify, ChainValidation]),
    rule(
        Other,
        Place::User,
        "ECDSA_* ecdsa_* ossl_ecdsa* RSA_* rsa_* ossl_rsa* EVP_DigestVerify* EVP_PKEY_verify* ED25519_* ossl_ed25519* \
         ecp_nistz256* __ecp_nistz256* p256_* p384_* EC_* ec_* ossl_ec_* BN_* bn_* mul4x* mulx4x* sqr8x* sqrx8x* \
         rsaz_* beeu_mod_inverse* ecp_* fiat_* bignum_* Lcurve25519* p256* p384*",
        "signatures and big numbers mean nothing without the step that needs them; without one, none is guessed",
    )
    .yields_to(STEPS)
    .and_all_of(Work::Signatures),
    // Symmetric primitives.
    rule(
        TlsState,
        Place::User,
        "RAND_* rand_* ossl_rand* CTR_DRBG_* ctr_drbg* drbg_* jent_* tree_jitter* entropy_* getrandom*",
        "random numbers: of a key share where one is made, else of the hello",
    )
    .yields_to(STEPS)
    .and_all_of(Work::Randomness),
    rule(
        RecordEncryption,
        Place::User,
        "aes_* AES_* gcm_* ossl_gcm* CRYPTO_gcm128* aesni_* aes_gcm* aesgcm* vaes_* ossl_aes* ChaCha20* chacha20* \
         poly1305* Poly1305* EVP_AEAD_* EVP_Cipher* EVP_EncryptUpdate EVP_DecryptUpdate aead_* ossl_cipher* ghash* \
         _aesni* _vaesenc*",
        "a cipher works for records, unless a key is being set up or random numbers are made",
    )
    .yields_to(PURPOSES)
    .and_all_of(Work::Ciphers),
    rule(
        KeySchedule,
        Place::User,
        "SHA256* SHA384* SHA512* SHA1* sha1_* sha256_* sha512_* SHA3* KeccakF* keccak* EVP_Digest* EVP_MD_* EVP_sha* \
         EVP_MAC* HMAC* hmac_* EVP_Q_mac ossl_sha*",
        "a hash is the transcript's or a secret's, unless another step asks for it",
    )
    .yields_to(STEPS)
    .and_all_of(Work::Hashes),
    rule(
        TlsState,
        Place::User,
        "EVP_* evp_* ossl_* OSSL_* CRYPTO_* OPENSSL_* inner_evp_* construct_* int_* lh_* sk_* OPENSSL_sk_* provider_*",
        "what libraries of cryptography do around a step: looking up algorithms, locks, parameters, bindings",
    )
    .yields_to(STEPS)
    .and_all_of(Work::Cryptography),
    rule(
        TlsState,
        Place::User,
        "BIO_* bio_* BUF_* ERR_*",
        "buffers and errors of OpenSSL, through which it also reads files",
    )
    .yields_to(&[TrustStore]),
    rule(
        TlsState,
        Place::User,
        "SSL_* ssl_* ssl3_* tls_* tls1_* tls13_* tls12_* dtls* state_machine* statem_* read_state_machine \
         write_state_machine PACKET_* WPACKET_* CBB_* CBS_* cbb_* zeroize::* subtle::* untrusted::*",
        "messages, records and buffers of the TLS libraries and of what joins them to clients",
    )
    .and_all_of(Work::Tls),
    // tlstax's own, before the general names that its code is written around.
    rule(Harness, Place::Own, "", "tlstax itself, whose modules say where they belong to something else"),
    rule(
        Harness,
        Place::User,
        "hdrhistogram::* serde_json::* serde::* serde_core::* criterion::*",
        "what tlstax counts, keeps and speaks to the program that started it with",
    ),
    rule(
        Http,
        Place::User,
        "http::* http_body* httparse::* httpdate::* h2::* url::* form_urlencoded::* percent_encoding::* idna* mime::* \
         bytes::* tower* webpki_http* encoding_rs::* iri_string::* ipnet::* cookie*",
        "the clients, their types and the buffers of messages",
    )
    .and_all_of(Work::Http),
    rule(
        Runtime,
        Place::User,
        "async_* futures* event_listener* parking::* parking_lot* crossbeam* flume::* concurrent_queue::* slab::* \
         fastrand::* want::* atomic_waker::* socket2::* once_cell::* log::* tracing* signal_hook* std::thread::park* \
         std::sys::sync::* std::sync::* pthread_mutex_* __pthread_mutex_* pthread_cond_* pthread_rwlock_* \
         __lll_lock_*",
        "whatever runs, wakes, schedules and locks",
    )
    .and_all_of(Work::Runtime),
    rule(
        ThreadCreation,
        Place::AtLast,
        "std::sys::thread::unix::Thread::new::thread_start std::sys::pal::unix::thread::Thread::new::thread_start",
        "every thread's outermost function, which has this time only if nothing it runs is named",
    ),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// If a rule names a module of tlstax as text, renaming the module moves its CPU time to another class, or to none.
    #[test]
    fn rules_name_no_module_of_this_workspace() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let own = |pattern: &str| {
            let first = pattern.split("::").next().unwrap_or_default();
            pattern.contains("::") && crates.join(first.replace('_', "-")).join("src").is_dir()
        };
        assert!(own("fetch::tls::*") && !own("hyper::*"), "the workspace's crates are beside this one");
        let named: Vec<&str> = RULES.iter().flat_map(Rule::patterns).filter(|pattern| own(pattern)).collect();
        assert!(named.is_empty(), "{named:?}");
    }

    #[test]
    fn each_work_of_the_catalog_has_one_rule() {
        for entry in workload::catalog::models::ALL {
            assert!(entry.symbols.iter().all(|symbols| rules_for(symbols.work) == 1), "{}", entry.name);
        }
        for entry in workload::catalog::clients::ALL {
            assert!(entry.symbols.iter().all(|symbols| rules_for(symbols.work) == 1), "{}", entry.name);
        }
        for entry in workload::catalog::stacks::ALL {
            assert!(entry.symbols.iter().all(|symbols| rules_for(symbols.work) == 1), "{}", entry.name);
        }
    }

    fn rules_for(work: Work) -> usize {
        RULES.iter().filter(|rule| rule.work == Some(work)).count()
    }
}
