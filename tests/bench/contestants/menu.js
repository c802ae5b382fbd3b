// The four-hop talk in express and ussd-menu-builder: what was pressed is kept in Valkey, as its sessions ask for.
const express = require('express');
const { createClient } = require('redis');
const UssdMenu = require('ussd-menu-builder');

const store = createClient({ socket: { path: process.env.BENCH_VALKEY_SOCKET } });
const key = (id) => `ussd:${id}`;
const sessions = {
  start: (id) => store.hSet(key(id), 'began', '1').then(() => store.expire(key(id), 300)),
  end: (id) => store.del(key(id)),
  set: (id, name, value) => store.hSet(key(id), name, value),
  get: (id, name) => store.hGet(key(id), name),
};

function talk() {
  const menu = new UssdMenu();
  menu.sessionConfig(sessions);
  menu.startState({
    run: () => menu.con('City cover\n1 My cover\n2 Report\n3 My report\n0 Exit'),
    next: { 1: 'cover' },
  });
  menu.state('cover', {
    run: () => menu.session.set('wanted', menu.val)
      .then(() => menu.con('Sulistiaw*** 0001\nActive until 31/10/26\n1 Right\n2 Wrong data\n3 Not me')),
    next: { 1: 'card' },
  });
  menu.state('card', {
    run: () => menu.session.set('cover', menu.val).then(() => menu.con('Has the card come?\n1 Yes\n2 No')),
    next: { 1: 'working' },
  });
  menu.state('working', {
    run: () => menu.session.set('card', menu.val)
      .then(() => menu.session.get('cover'))
      .then((said) => menu.con(`Thank you (${said}). Do you still work here?\n1 Yes\n2 No`)),
  });
  return menu;
}

const app = express();
app.use(express.urlencoded({ extended: false }));
app.post('/ussd', (request, response) => {
  talk().run(request.body, (answer) => response.type('text/plain').send(answer));
});
store.connect().then(() => app.listen(Number(process.env.BENCH_PORT), '127.0.0.1'));
