//! Files: sent from memory, from a path and from readers; received in one piece and in many.

use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pinstripe::{Client, ClientBuilder, Error, File, Host, Quote, Upload, file, upload};
use pinstripe_mock::form::{MultipartForm, parse_multipart};
use pinstripe_mock::server::{MockResponse, Request, Server};
use pinstripe_tests::root;

const FILE: &str =
    r#"{"id": "file_1", "object": "file", "created": 0, "purpose": "dispute_evidence", "size": 3}"#;

/// The parts and headers of a received request.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<Request>>>);

impl Sent {
    fn server(&self) -> Server {
        let sent = self.clone();
        Server::start(move |request: &Request| {
            sent.0.lock().unwrap().push(request.clone());
            MockResponse::json(200, FILE)
        })
        .unwrap()
    }

    fn last(&self) -> (Request, MultipartForm) {
        let request = self.0.lock().unwrap().pop().expect("something was sent");
        let parts =
            parse_multipart(request.header("content-type").unwrap(), &request.body).unwrap();
        (request, parts)
    }
}

fn builder(server: &Server) -> ClientBuilder {
    // Only the host of files answers, so a request to another one fails.
    Client::builder("sk_test_123")
        .base_urls("http://127.0.0.1:9")
        .base_url(Host::Files, server.url())
        .no_proxy()
        .max_retries(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_uploaded_from_memory_disk_and_readers() {
    let sent = Sent::default();
    let server = sent.server();
    let (client, blocking) =
        (builder(&server).build().unwrap(), builder(&server).build_blocking().unwrap());
    let path = root().join("README.md");
    let content = std::fs::read(&path).unwrap();
    let size = Some(content.len() as u64);
    let uploads: [(&str, &dyn Fn() -> Upload); 5] = [
        ("from memory", &|| Upload::new("README.md", content.clone())),
        ("from a path", &|| Upload::path(&path)),
        ("from a reader", &|| {
            upload::from_read("README.md", std::io::Cursor::new(content.clone()), size)
        }),
        ("from an async reader", &|| {
            upload::from_async_read("README.md", std::io::Cursor::new(content.clone()), size)
        }),
        ("from a reader of unknown size", &|| {
            upload::from_read("README.md", std::io::Cursor::new(content.clone()), None)
        }),
    ];
    for (name, upload) in uploads {
        let request =
            || File::create(upload().content_type("text/markdown"), file::Purpose::DisputeEvidence);
        for client_name in ["async", "blocking"] {
            let file = match client_name {
                "async" => request().send(&client).await,
                _ => tokio::task::block_in_place(|| request().send(&blocking)),
            };
            assert_eq!(
                file.unwrap_or_else(|error| panic!("{name}, {client_name}: {error}")).id,
                "file_1"
            );
            let (request, parts) = sent.last();
            assert_eq!(
                parts.files,
                [("file".to_owned(), content.clone())],
                "{name}, {client_name}"
            );
            assert_eq!(parts.pairs, [("purpose".to_owned(), "dispute_evidence".to_owned())]);
            assert!(
                request
                    .text()
                    .contains("filename=\"README.md\"\r\nContent-Type: text/markdown\r\n")
            );
            let is_sized = request.header("content-length").is_some();
            assert_eq!(is_sized, !name.contains("unknown"), "{name}, {client_name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_is_retried_if_it_can_be_reopened() {
    let server = Server::start(|_: &Request| MockResponse::reset()).unwrap();
    let client = builder(&server).max_retries(1).build().unwrap();
    let path = root().join("README.md");
    let error =
        File::create(Upload::path(&path), "dispute_evidence").send(&client).await.unwrap_err();
    assert_eq!(error.attempts(), 2, "{error}");
    let reader = upload::from_read("x", std::io::Cursor::new("x"), None);
    let error = File::create(reader, "dispute_evidence").send(&client).await.unwrap_err();
    assert_eq!(error.attempts(), 1, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_file_is_reported() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let server = Sent::default().server();
    let client = builder(&server).max_retries(2).build().unwrap();
    let error = File::create(Upload::path("no/such/file"), "dispute_evidence")
        .send(&client)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Config(_)), "{error:?}");
    assert!(error.to_string().contains("no/such/file"), "{error}");
    let error = File::create(upload::from_read("x", Broken, Some(5)), "dispute_evidence")
        .send(&client)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the disk is gone"), "{error}");
    assert_eq!(error.attempts(), 1);
    let blocking = builder(&server).max_retries(2).build_blocking().unwrap();
    let error = tokio::task::block_in_place(|| {
        File::create(upload::from_read("x", Broken, Some(5)), "dispute_evidence")
            .send(&blocking)
            .unwrap_err()
    });
    assert!(error.to_string().contains("the disk is gone"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_are_streamed() {
    let pdf: Vec<u8> = (0..1_000_000_u32).map(|index| (index % 251) as u8).collect();
    let answer = pdf.clone();
    let server = Server::start(move |request: &Request| match request.path.as_str() {
        "/v1/quotes/qt_1/pdf" => MockResponse::bytes(200, "application/pdf", answer.clone()),
        "/v1/quotes/qt_2/pdf" => {
            MockResponse::bytes(200, "application/pdf", answer.clone()).cut_in_body()
        }
        "/v1/quotes/qt_3/pdf" => MockResponse::bytes(200, "application/pdf", answer.clone())
            .body_delay(Duration::from_secs(2)),
        _ => MockResponse::json(
            404,
            r#"{"error": {"type": "invalid_request_error", "code": "resource_missing"}}"#,
        ),
    })
    .unwrap();
    let client = builder(&server).timeout(Duration::from_millis(600)).build().unwrap();

    let mut download = Quote::pdf("qt_1").download(&client).await.unwrap();
    assert_eq!(download.headers()["content-type"], "application/pdf");
    let (mut all, mut pieces) = (Vec::new(), 0);
    while let Some(piece) = download.try_next().await.unwrap() {
        all.extend_from_slice(&piece);
        pieces += 1;
    }
    assert!(all == pdf && pieces > 1, "{} bytes in {pieces} pieces", all.len());
    assert!(Quote::pdf("qt_1").download(&client).await.unwrap().bytes().await.unwrap() == pdf);
    assert!(Quote::pdf("qt_1").send(&client).await.unwrap().0 == pdf);

    let blocking = builder(&server).build_blocking().unwrap();
    let all = tokio::task::block_in_place(|| {
        let mut all = Vec::new();
        Quote::pdf("qt_1").download(&blocking).unwrap().read_to_end(&mut all).map(|_| all)
    });
    assert!(all.unwrap() == pdf);

    let error = Quote::pdf("qt_2").download(&client).await.unwrap().bytes().await.unwrap_err();
    assert!(matches!(error, Error::Connection(_)), "{error:?}");
    let mut download = Quote::pdf("qt_3").download(&client).await.unwrap();
    let error = loop {
        match download.try_next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("half a file is no file"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    let error = Quote::pdf("qt_4").download(&client).await.unwrap_err();
    assert_eq!(
        error.api().unwrap().code.as_ref().map(|code| code.as_str()),
        Some("resource_missing")
    );
}
