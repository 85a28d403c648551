const {sessions} = await (await fetch('replay/sessions')).json();
document.querySelector('main').append(`${sessions.length}`);
