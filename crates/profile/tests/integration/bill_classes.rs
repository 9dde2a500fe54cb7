//! The class of single real stacks, each reduced to its innermost frames.

use crate::support;
use profile::bill::{Class, Classifier};

#[track_caller]
fn belongs(folded: &str, class: Class) {
    let verdict = Classifier::with_own(support::OWN).classify(&support::stack(&format!("tlstax;{folded}")));
    assert_eq!(verdict.class, class, "{folded}\nfor {}", verdict.reason);
}

const WEBPKI: &str = "rustls::webpki::verify::verify_server_cert_signed_by_trust_anchor_impl;\
    webpki::verify_cert::ChainOptions<V>::build_chain_inner;webpki::signed_data::verify_signature;\
    aws_lc_rs::ec::signature::EcdsaVerificationAlgorithm::verify_ecdsa;aws_lc_0_47_0_EVP_DigestVerify";
const SIGNATURE: &str = "rustls::webpki::verify::verify_tls13_signature;\
    webpki::end_entity::EndEntityCert::verify_signature;webpki::signed_data::verify_signature;\
    aws_lc_rs::ec::signature::EcdsaVerificationAlgorithm::verify_ecdsa;aws_lc_0_47_0_EVP_DigestVerify";
const STATEM: &str = "native_tls::imp::MidHandshakeTlsStream<S>::handshake;state_machine;read_state_machine";

#[test]
fn a_sha256_block_belongs_to_whoever_asks_for_it() {
    let block = "aws_lc_0_47_0_SHA256_Update;crypto_md32_update;aws_lc_0_47_0_sha256_block_data_order_hw";
    belongs(&format!("{WEBPKI};{block}"), Class::ChainValidation);
    belongs(&format!("{SIGNATURE};{block}"), Class::CertificateVerify);
    belongs(
        &format!(
            "rustls::hash_hs::HandshakeHash::add_message;add_raw;\
             <rustls::crypto::aws_lc_rs::hash::Context as rustls::crypto::hash::Context>::update;{block}"
        ),
        Class::KeySchedule,
    );
    belongs(
        &format!("rustls::tls13::key_schedule::KeyScheduleSuite::derive_decrypter;aws_lc_0_47_0_HKDF_expand;{block}"),
        Class::KeySchedule,
    );
}

#[test]
fn curve_arithmetic_belongs_to_the_step_that_needs_it() {
    let mul = "ecp_nistz256_points_mul_public;ecp_nistz256_point_add_affinex;__ecp_nistz256_mul_montx";
    belongs(&format!("{WEBPKI};aws_lc_0_47_0_ECDSA_verify;{mul}"), Class::ChainValidation);
    belongs(&format!("{SIGNATURE};aws_lc_0_47_0_ECDSA_verify;{mul}"), Class::CertificateVerify);
    belongs(&format!("{STATEM};tls_process_cert_verify;EVP_DigestVerifyFinal;{mul}"), Class::CertificateVerify);
    belongs(&format!("{STATEM};ssl_verify_internal;X509_verify_cert;ossl_ecdsa_verify;{mul}"), Class::ChainValidation);
    belongs(mul, Class::Other);
}

#[test]
fn key_shares_of_every_library_are_key_exchange() {
    for stack in [
        "<rustls::crypto::ring::kx::KeyExchange as rustls::crypto::ActiveKeyExchange>::complete;\
         ring::ec::curve25519::x25519::x25519_ecdh;ring_core_0_17_14__x25519_scalar_mult_adx;fe4_mul",
        "<rustls::crypto::ring::kx::KxGroup as rustls::crypto::SupportedKxGroup>::start;fe_sq_tt;fiat_25519_carry_square",
        "aws_lc_rs::agreement::agree;aws_lc_0_47_0_curve25519_x25519;curve25519_x25519_byte_selector",
        "tls_process_server_hello;tls_parse_stoc_key_share;ssl_derive;EVP_PKEY_derive_init_ex;EVP_KEYMGMT_get0_name",
        "tls_construct_ctos_key_share;ssl_generate_pkey_group;EVP_PKEY_keygen;RAND_priv_bytes_ex;EVP_RAND_generate",
    ] {
        belongs(stack, Class::KeyExchange);
    }
}

#[test]
fn openssl_derives_keys_in_the_midst_of_other_messages() {
    let derive =
        "tls13_change_cipher_state;tls13_derive_finishedkey;tls13_hkdf_expand_ex;kdf_tls1_3_derive;HMAC_Init_ex";
    belongs(&format!("{STATEM};tls_process_server_hello;{derive}"), Class::KeySchedule);
    belongs(&format!("{STATEM};tls_process_server_certificate;d2i_X509;ASN1_item_ex_d2i"), Class::ChainValidation);
    belongs(&format!("{STATEM};tls_collect_extensions"), Class::TlsState);
}

#[test]
fn ciphers_work_for_records_unless_random_numbers_are_made() {
    let open = "aws_lc_0_47_0_CRYPTO_gcm128_decrypt_ctr32;aws_lc_0_47_0_aes_gcm_decrypt_avx512";
    belongs(
        &format!("rustls::record_layer::RecordLayer::decrypt_incoming;aws_lc_0_47_0_EVP_AEAD_CTX_open;{open}"),
        Class::RecordEncryption,
    );
    belongs("tls_get_more_records;tls13_cipher;EVP_DecryptUpdate;ossl_aes_gcm_decrypt_avx512", Class::RecordEncryption);
    let random =
        "aws_lc_rs::rand::fill;aws_lc_0_47_0_CTR_DRBG_generate;ctr_drbg_update.part.0;aws_lc_0_47_0_aes_hw_encrypt";
    belongs(&format!("rustls::client::hs::ClientHelloInput::new;{random}"), Class::TlsState);
    belongs(
        "rustls::tls13::key_schedule::KeyScheduleSuite::derive_decrypter;aead_aes_gcm_init;aes_hw_set_encrypt_key",
        Class::KeySchedule,
    );
}

#[test]
fn trust_anchors_are_not_the_origins_chain() {
    let parse = "d2i_X509_AUX;ASN1_item_ex_d2i;asn1_item_embed_d2i;OBJ_bsearch_obj;ossl_bsearch";
    belongs(
        &format!("openssl::ssl::SslContextBuilder::load_verify_locations;PEM_X509_INFO_read_bio_ex;{parse}"),
        Class::TrustStore,
    );
    belongs(
        "rustls::webpki::anchors::RootCertStore::add;webpki::trust_anchor::f;webpki::der::nested_limited",
        Class::TrustStore,
    );
    belongs(&format!("tls_process_server_certificate;{parse}"), Class::ChainValidation);
}

#[test]
fn trust_anchors_are_loaded_in_every_language() {
    for stack in [
        "_ssl__SSLContext_load_verify_locations_impl;[libssl.so.1.1];[libcrypto.so.1.1]",
        "_ssl__SSLContext_set_default_verify_paths_impl;X509_STORE_set_default_paths_ex;[libcrypto.so.3];\
         X509_load_cert_crl_file_ex;PEM_X509_INFO_read_bio_ex;PEM_read_bio_ex;BIO_gets;[libcrypto.so.3];fgets_[c]",
        "_cffi_f_SSL_CTX_load_verify_locations;SSL_CTX_load_verify_locations;X509_STORE_load_file_ex;by_file_ctrl_ex;\
         X509_load_cert_crl_file_ex;PEM_X509_INFO_read_bio_ex;ASN1_item_d2i_ex;asn1_template_noexp_d2i",
        "cryptography_rust::x509::certificate::__pyfunction_load_pem_x509_certificates;\
         <pem::Pem>::new_from_captures;pem::decode_data",
        "<cryptography_rust::x509::verify::PyStore>::__pymethod___new____;\
         <cryptography_x509_verification::trust_store::Store<..>>::new;<hashbrown::map::HashMap<..>>::rustc_entry",
        "_ZN4node6crypto20NewRootCertStoreEv;PEM_read_bio_X509;d2i_X509_AUX;ASN1_item_d2i;asn1_item_embed_d2i",
        "rustls_native_certs::load_native_certs;rustls_pki_types::pem::read;rustls_pki_types::base64::decode_public",
        "main.main;crypto/x509.(*CertPool).AppendCertsFromPEM;encoding/pem.Decode;bytes.LastIndex",
        "crypto/x509.systemRootsPool;crypto/x509.initSystemRoots;crypto/x509.loadSystemRoots;os.ReadFile",
        "gnutls_x509_trust_list_add_trust_mem;gnutls_x509_crt_list_import2;[libtasn1.so.6.6.3]",
    ] {
        belongs(stack, Class::TrustStore);
    }
    // Without a trust store's function further out, OpenSSL's buffer belongs to the connection.
    belongs("SSL_read;[libssl.so.3];BIO_read;[libcrypto.so.3]", Class::TlsState);
}

#[test]
fn work_that_serves_a_store_is_told_whatever_its_class() {
    let stack = |folded: &str| support::stack(&format!("tlstax;{folded}"));
    let serves = |folded: &str| Classifier::with_own(support::OWN).serves(&stack(folded), Class::TrustStore);
    let allocation = "X509_load_cert_crl_file_ex;PEM_X509_INFO_read_bio_ex;CRYPTO_zalloc;malloc_[c];[libc.so.6]";
    belongs(allocation, Class::Memory);
    assert!(serves(allocation));
    assert!(serves("SSL_CTX_free;X509_STORE_free;OPENSSL_sk_pop_free;__libc_free_[c]"));
    assert!(!serves("tls_process_server_certificate;d2i_X509;CRYPTO_zalloc;malloc_[c]"));
}

#[test]
fn an_allocation_belongs_to_memory_whoever_asks() {
    belongs(&format!("{WEBPKI};aws_lc_0_47_0_bn_wexpand;aws_lc_0_47_0_OPENSSL_malloc;malloc_[c]"), Class::Memory);
    belongs("BN_div;bn_expand_internal;CRYPTO_zalloc;malloc_[c];[libc.so.6]", Class::Memory);
    belongs("ureq::run::run;resize;write;[libc.so.6]", Class::Memory);
    belongs(
        "ureq::run::run;[libc.so.6];asm_exc_page_fault_[k];handle_mm_fault_[k];do_anonymous_page_[k]",
        Class::Memory,
    );
    belongs("core::ptr::drop_in_place<http::Request<()>>;__libc_free_[c];[libc.so.6]", Class::Memory);
}

#[test]
fn the_kernel_is_told_apart_by_its_call() {
    let call = "entry_SYSCALL_64_after_hwframe_[k];do_syscall_64_[k]";
    let run =
        "[libc.so.6];<std::sys::thread::unix::Thread>::new::thread_start;tokio::runtime::runtime::Runtime::block_on";
    belongs(
        &format!("{run};__send_[c];{call};tcp_sendmsg_[k];handle_softirqs_[k];net_rx_action_[k];skb_release_data_[k]"),
        Class::KernelNetwork,
    );
    belongs(
        &format!("{run};epoll_wait_[c];{call};ep_poll_[k];schedule_[k];finish_task_switch.isra.0_[k]"),
        Class::KernelNetwork,
    );
    belongs(&format!("{run};__close_[c];{call};__fput_[k];sock_close_[k];tcp_close_[k]"), Class::KernelNetwork);
    belongs(
        &format!("{run};__write_[c];{call};ksys_write_[k];eventfd_write_[k];_raw_spin_unlock_irq_[k]"),
        Class::KernelOther,
    );
    belongs(
        &format!("{run};syscall_[c];{call};do_futex_[k];schedule_[k];finish_task_switch.isra.0_[k]"),
        Class::KernelOther,
    );
    belongs(&format!("{run};asm_sysvec_apic_timer_interrupt_[k];irqentry_exit_to_user_mode_[k]"), Class::KernelOther);
    belongs(
        &format!("{run};<std::thread::thread::Thread>::park;syscall_[c];{call};do_futex_[k];futex_do_wait_[k]"),
        Class::KernelOther,
    );
    for file in [
        "shmem_file_read_iter_[k];copy_page_to_iter_[k]",
        "xfs_file_read_iter_[k];xfs_file_buffered_read_[k];filemap_read_[k];filemap_get_pages_[k];folio_mark_accessed_[k]",
        "btrfs_file_read_iter_[k];filemap_read_[k];copy_folio_to_iter_[k];rep_movs_alternative_[k]",
        "ovl_read_iter_[k];backing_file_read_iter_[k];override_creds_[k]",
        "ext4_file_read_iter_[k];generic_file_read_iter_[k];touch_atime_[k]",
    ] {
        belongs(&format!("{run};read_[c];{call};ksys_read_[k];vfs_read_[k];{file}"), Class::KernelOther);
    }
    belongs(&format!("{run};read_[c];{call};ksys_read_[k];sock_read_iter_[k];tcp_recvmsg_[k]"), Class::KernelNetwork);
    // A page fault on a file's page counts as memory, because touching memory caused it.
    belongs(
        &format!("{run};asm_exc_page_fault_[k];handle_mm_fault_[k];ext4_filemap_map_pages_[k];filemap_map_pages_[k]"),
        Class::Memory,
    );
    // If the kernel's functions are hidden, the C library's system-call wrapper shows which call it was.
    belongs(&format!("{run};recv_[c];[kernel]_[k]"), Class::KernelNetwork);
    belongs(&format!("{run};[kernel]_[k]"), Class::KernelOther);
}

#[test]
fn threads_are_made_and_ended() {
    let call = "entry_SYSCALL_64_after_hwframe_[k];do_syscall_64_[k]";
    let spawn =
        "fetch::slot::closed_loop_blocking;<std::sys::thread::unix::Thread>::new;pthread_create_[c];[libc.so.6]";
    belongs(&format!("{spawn};{call};__do_sys_clone3_[k];copy_process_[k];copy_thread_[k]"), Class::ThreadCreation);
    belongs(&format!("{spawn};__mmap_[c];{call};__x64_sys_mmap_[k];mas_find_[k]"), Class::ThreadCreation);
    belongs(&format!("[libc.so.6];[libc.so.6];{call};__x64_sys_exit_[k];do_exit_[k]"), Class::ThreadCreation);
    belongs(&format!("[libc.so.6];__madvise_[c];{call};__x64_sys_madvise_[k];do_madvise_[k]"), Class::ThreadCreation);
}

#[test]
fn clients_runtimes_and_tlstax_itself_are_told_apart() {
    let task = "tokio::runtime::task::core::Core<T,S>::poll;fetch::slot::Task<C,R>::run::{{closure}}";
    belongs(&format!("{task};hyper::proto::h1::dispatch::Dispatcher<D,Bs,I,T>::poll_catch;poll_inner"), Class::Http);
    belongs(
        &format!("{task};hyper::client::dispatch::Sender<T,U>::send;tokio::sync::mpsc::list::Tx<T>::push"),
        Class::Runtime,
    );
    belongs(&format!("{task};fetch::slot::record;hdrhistogram::Histogram<T>::saturating_record"), Class::Harness);
    belongs(&format!("{task};<fetch::clients::hyper::Marked as tokio::io::AsyncRead>::poll_read"), Class::Harness);
    let stamped = "<fetch::connection::stamped_stream::StampedStream<S> as tokio::io::AsyncRead>::poll_read";
    belongs(&format!("{task};{stamped}"), Class::Harness);
    belongs(
        &format!(
            "{task};<fetch::connection::http1::Http1<S> as fetch::connection::open::Connection>::send::{{{{closure}}}}"
        ),
        Class::Http,
    );
    belongs("<async_task::raw::RawTask<F,T,S,M>>::run;{closure#0}", Class::Runtime);
    belongs("[libc.so.6];<std::sys::thread::unix::Thread>::new::thread_start;{closure#1}", Class::ThreadCreation);
    belongs("_start;main;somewhere", Class::Other);
}
