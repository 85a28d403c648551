//! A WebSocket in actix: its handler moves the guard into the task that owns the session, and it counts until that ends.

use actix_web::web::{Payload, get};
use actix_web::{HttpRequest, rt};
use actix_ws::Message as Received;
use futures_util::{SinkExt, StreamExt};
use prometheus::Registry;
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tower_rum::{Monitor, UpgradeGuard};

use crate::support::actix::ActixServer;
use crate::support::watch::until;

const OPEN: &str = r#"http_upgraded_connections{endpoint="/chat/{room}"}"#;
const ENDED: &str = r#"http_upgraded_duration_seconds_count{endpoint="/chat/{room}"}"#;

#[tokio::test]
async fn websockets_count_from_their_head_to_the_end_of_their_session() {
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    let server = ActixServer::start(&monitor, |app| {
        app.route("/chat/{room}", get().to(chat));
    });
    let mut clients = Vec::new();
    for room in 0..3 {
        let connection = TcpStream::connect(server.address).await.unwrap();
        let (mut client, response) = client_async(format!("ws://a/chat/{room}"), connection).await.unwrap();
        assert_eq!(response.status(), 101);
        client.send(Message::text("ping")).await.unwrap();
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("ping"));
        clients.push(client);
    }
    let metrics = until(&monitor, "three open", |metrics| metrics.get(OPEN) == Some(3.0)).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/chat/{room}",status="101"}"#), 3.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    // One says goodbye, the others are gone without a word.
    clients.pop().unwrap().close(None).await.unwrap();
    until(&monitor, "two open", |metrics| metrics.get(OPEN) == Some(2.0) && metrics.get(ENDED) == Some(1.0)).await;
    drop(clients);
    until(&monitor, "none open", |metrics| metrics.get(OPEN) == Some(0.0) && metrics.get(ENDED) == Some(3.0)).await;
}

async fn chat(request: HttpRequest, body: Payload, guard: UpgradeGuard) -> actix_web::Result<actix_web::HttpResponse> {
    let (response, mut session, mut messages) = actix_ws::handle(&request, body)?;
    rt::spawn(async move {
        let _guard = guard;
        while let Some(Ok(Received::Text(text))) = messages.recv().await {
            if session.text(text).await.is_err() {
                break;
            }
        }
        let _ = session.close(None).await;
    });
    Ok(response)
}
