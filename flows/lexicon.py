"""Words as people type them, each under the Indonesian word it stands for: slang, Sundanese, Javanese, Betawi.

A line is `word: other ways to write it`. What rules compare is the word before the colon.
"""

import re
from collections.abc import Iterator

_CORE = """
ya: y iay iya iy iyh iyah iyap iyup yup yep yap yoi yo iyo iye yes yess yeah yea yas yups iyes enya heeh heueuh hooh
  hoo huum muhun sumuhun nggih inggih enggih nggeh njih injih enggeh ngih iyee yha ia iyaa eya heem hiyah
betul: btul btl betl betull bner bener bnr benar bnar leres benul bebener
pasti: tentu jelas psti jls tntu
sudah: sdh sudh sdah suda sud udah udh uda ud dah dh udeh ude udha udahh tos atos parantos geus enggeus ges enggs gs
  sampun spun wis uwis wes uwes wus uwus already sudha sduah suadh udaa sudaj sampon smpun prantos
tidak: moal tdk tidk tdak tida tak gak gk ga g ngga nggak ngak nga enggak engga enggk egk gag gx kagak kaga kgk ndak
  nda ndk enda no nope nop nah not henteu hente heunteu teu te ora ra mboten boten mbten moten tidka tiadk gakk nggk
  ngk indak tydak tdek
belum: bloman blm blum blom belom belon blon lom lum bl belm beum blun belun durung rung drg dereng drng acan can tacan
  teuacan urung durng tacn blem yet
bukan: bkn bukn bkan dudu sanes dede dudunya
jangan: tong entong montong ampun2 jgn jangn jngn jagan janagn jngan ojo ulah jgan dont dnt ojok
usah: kedah prlu perlu kudu
pernah: prnh prnah pernh nate kantos kungsi ever
terdaftar: trdaftar tdaftar terdftar terdaftr kedaftar kadaptar kadaftar tercatat kecatet terdata kedata registered
  terregister teregister terdafar terdatar tedaftar trdftr trdaftr kadata terdaftrr kedaptar kadaftaran terdaptar
  kadapat
daftar: ngadaptarkeun ngadaftarkeun dftr daptar daftarkan didaftarkan didaftarin didaftar didaptar didaptarkeun
  daftarin ndaftar mendaftar pendaftaran ngadaptar nyatet dicatat register registrasi mendaftarkan ngedaftar daftarke
  ndaftarke didaftarke daptarkeun daftr didaftrkan pendataan
didata: didatain
terima: trima trm menerima mnerima menrima meneima nerima nrima diterima keterima nampi tampi katampi katarima narima
  ditampi received receive tarima mnrima nrimo
dapat: dpt dapet dapt mendapat mendapatkan kedapatan angsal entuk olih kenging meunang kengeng ngenging get got
  dapetin dpet dapay pikantuk
punya: pny puny pnya punye memiliki mempunyai boga gaduh gadhah kagungan duwe due nduwe ndue gableg have has own milik
  mpunyai ngagaduhan gadah
ada: ad ade aya onok ono wonten anten enten ana adae
ikut: ikt ikutan ngiring melu tumut milu join mengikuti
masuk: msk mlebet lebet asup
aktif: aktip active aktf
peserta: pserta psrta anggota member kepesertaan
jadi: jd dadi dados janten jdi
oleh: olh
kartu: krtu kartunya kartune kertu kertune kartuna card krt kartunye kartux kartuku kertuku kts
bpjs: bpj bjps bpjstk bpjamsostek jamsostek bpsj jamsos bepejees
ketenagakerjaan: ketenagakerjan ketenaga tk ketenagakerjaa ketenagakrjaan naker tenagakerja ketenagakerjaannya
  bpjsketenagakerjaan
kesehatan: kshtn kesehtan kis jkn jamkesda jamkesmas kesehatn kasehatan
saya: sy sya aku ak aq gw gua gue gwe abdi abi kula kulo ane aye kami kita urang simkuring dalem i my mine me am im
  akika saia syaa
istri: bini bojo istriku pamajikan garwa
suami: swami salaki suamiku
anak: anaknya anakku budak putra
saudara: sodara dulur sedulur sodaranya kerabat famili
keluarga: kluarga kulawarga
orangtua: ortu
tetangga: tetanga tatangga tonggo tonggoku
orang: org orng wong jalmi jelema
siapa: sapa sp siape saha sopo sinten syapa siapaa who
apa: apaan ape naon nopo opo apakah ap what apah aph
kamu: lu lo loe elu elo ente anda kowe koe sampeyan panjenengan anjeun you your lw kmu
kenapa: knp knapa kenape naha kunaon ngopo kengenging why napa mengapa nape ngapa
gimana: gmn gmana bagaimana bgmn bgaimana kumaha piye pripun how gmna gimane kepiye kmaha
kapan: kpn iraha when kapn
mana: mn mane endi dimana kemana dmn pundi dimane where kmn ngendi
berapa: brp brapa sabaraha piro pinten
tahu: mangertos tahi clue idea ngeh taulah ngertiin tau tw thu taw tauk terang apal nyaho uninga ngertos ngerti eruh
  weruh ngarti ngartos ngerteni paham pham mengerti faham know semerep sumerep pirsa understand ngrti taunya mudeng
kurang: krg krang kurng kirang
yakin: ykn sure
ingat: remember inget ingt emut eling kelingan
lupa: lpa lupe poho hilap lali kesupen forgot kesupe lupak kalimpudan
mungkin: mgkn mgkin mungkn mngkin meureun panginten menawi maybe mungkim
kayaknya: kayae koyoe koyoke ketoe kayake seingat setahu seinget setau sepengetahuan perasaan prasaan kalo2 harusnya
  seharusnya mestinya semestinya hrsnya mustinya kira2 kirain kyknya kyaknya kayanya kayane keknya kyk kek kayak
  kyaknye kayaknye sepertinya spertinya sptnya sprtinya sepertinnya jigana sigana sigah kadose ketoke koyone rasanya
  rasane rupanya rasa kayakny sprtnya seperti sprti keliatannya kelihatannya
katanya: kabarnya konon dengar2 ktnya ktanya kata cenah saurna jare jarene katane jarenya cenahna saur kate
ragu: ragu-ragu mamang
bingung: bngung bigung binggung binun lieur
entah: unsure ntah teuing duka mbuh embuh mboh dunno idk gatau gtw gatw gtau gatahu embo au tauah mbuhh
proses: prses diproses memproses ngurus diurus urus diurusin ngurusin urusin
nanti: nnti ntar tar engke mengke mangke ngko mengko entar engkin
cek: dicek ngecek pariksa mriksa check lihat liat tingali ngecekin cekin priksa nyek
tanya: tnya nanya nanyain tanyakan tanyain nakon takon naros ditanya ditanyain bertanya tanyaa nanyaa
stop: unfollow stp setop stopp unreg unsub unsubscribe stopsms sotp stpo distop stopall unrge unsubcribe optout
  ngestop stops
berhenti: berenti brenti brhenti behenti berhneti berhnti eureun eureunan mandheg mandeg mandhek leren brhnti mandek
  henti brenty berhentiin diberhentikan
hentikan: akhiri udahi sudahi setopkan stopkan hntikan hentkan hentikn dihentikan berhentikan eureunkeun lereni
  lirenan hentiin brentiin udahan udahin
sms: smsan smsin disms pesan psn pesen text texts texting message messages messaging chat chatting wa whatsapp smsnya
  smsmu ngesms nyms smsna smsne pesannya chatnya texted
kirim: krim krm kirm kirimi kirimin dikirim dikirimi dikirimin ngirim ngirimin mengirim mengirimi kiriman dikirimkan
  pengiriman send sending kintun ngintun ngirimi
hubungi: hub hubungin dihubungi dihubungin menghubungi ngehubungi contact contacted ngontak kontek
telepon: tlp telp telpon tlpn telfon nelpon nelepon call menelpon ditelpon telponin calling
ganggu: gangu ngganggu ngaganggu nganggu ngeganggu mengganggu diganggu terganggu keganggu gangguin ngerecokin recok
  disturb gnggu mengganggunya annoying
berisik: brisik bising
spam: nyepam spamming nyampah spammer spamm
hapus: hps delete remove pupus busek hapuskan hilangkan hapusin keluarkan hpus apus cabut buang buangin ilangin copot
blokir: blok block blokirin ngeblok
terus: trs trus tros mulu wae mlulu truss
lagi: lg lgi deui maneh malih meneh again anymore more neh
mau: berkenan berminat sudi mw mo pengen pingin pengin ingin hoyong hayang gelem purun kersa want pgn kepengen
ogah: emoh moh wegah alim embung males malas ogahh risih risi
capek: cape capekk lelah bosen bosan muak jengah eneg bosenin jenuh
langganan: berlangganan langgann
"""

_COMPLAINTS = """
uang: duit artos arto dhuwit fulus ongkos money bayaran biaya duitnya gocap cepek pelicin goceng ceban uangnya duite
  artosna seket uank duid sogokan
ribu: rb rebu rban ewu
juta: jt jutaan
minta: mnt nyuwun menta mintain njaluk pinta mintak nyuhunkeun mintanya
diminta: dimintai dimintain dijaluki dijaluk dipenta dipentaan dipundhuti dimnta dimintak dimintaan
disuruh: dsuruh dikon dititah suruh disuru dikengken
bayar: byr bayr mbayar mayar ngabayar bayarin dibayar pay paid nyetor setor setoran disetor mbyr membayar bayarnya
dipungut: pungut dipungutin pungli pungutan pungutin ditarik tarikan ditagih dipalak dipalakin palak malak diperas
dipotong: potongan motong dipotongin potong
calo: makelar perantara oknum calonya
tipu: ditipu ketipu penipu menipu tertipu nipu dibohongi dibohongin katipu diapusi diakali
penipuan: hoax hoaks palsu scam tipu-tipu
korupsi: dikorupsi korup korupsinya dikorup koruptor disunat ditilep
hilang: ilang leungit kecurian dicuri kecopetan hilangg hlang lost
rusak: rusk ruksak kebakar kerendem kebanjiran robek sobek luntur terbakar kerendam
salah: slh sala lepat kleru klentu keliru salahh wrong klru
beda: berbeda benten bedo
sesuai: cocok ssuai cocog
dobel: double ganda duakali
nama: nma name nami jeneng asma ngaran jenenge namanya asmane jenengku namane nm
nik: nikna niknya ktp kk ktpnya kpj
alamat: almt alamatnya address alamate
data: datanya datane datana dta
tanggal: tgl tnggal
nomor: nmr nomer nomornya number nomerna nomerku nmor
klaim: klem kleim claim klaimnya ngeklaim clam mengklaim jht jkk jkm santunan pengajuan pencairan klaime
cair: cairnya dicairkan ngecair cairin
ditolak: tolak nolak menolak tertolak ditulak rejected ditola penolakan ditolaknya
rs: rumahsakit rsud puskesmas klinik hospital
kecelakaan: kcelakaan celaka cilaka kacilakaan laka accident kecelakan kecelakaa kclkaan keclakaan kecelakaann
jatuh: jatoh labuh tibo dawah ragrag jtuh kepleset terpeleset kepeleset
ketabrak: tabrak ditabrak tertabrak tabrakan nabrak katabrak keserempet diserempet kesenggol ketabrk
luka: cedera tatu raheut kepotong ketiban tertimpa kesetrum terluka terpotong patah digigit tersengat kesiram kebacok
  ketimpa kejepit remuk lumpuh cacat kejatuhan
dirawat: opname dioperasi operasi rawat
meninggal: mninggal meninggl meningal wafat almarhum alm almarhumah ngantunkeun maot seda sedo sedho ninggal tilar
  pejah kapundut died death dead mningal meninggla berpulang tewas
mati: paeh mampus modar koit mate
lapor: ngelapor laporkan melapor ngadu mengadu pengaduan ngaduin komplain complain komplen komplin protes keluhan
  mengeluh aduan laporin laporan complaint
masalah: kendala problem bermasalah msalah masalahna trouble kendalanya
kecewa: kuciwa kcewa
susah: sulit ribet dipersulit angel hese repot dipersusah persulit mbulet ssah dipingpong dioper oper berbelit
galak: judes kasar jutek sombong
buruk: jelek payah parah elek ancur
error: eror errorr
gagal: ggal failed
coret: nyoret
dicoret: dikeluarkan
batal: batalkan dibatalkan batalin ngebatalin
matikan: matiin dimatikan dimatiin
nonaktifkan: nonaktifin
dihapus: dihapusin kehapus dihilangkan
nonaktif: dinonaktifkan noaktif nonaktip nonactive diputus putus diblokir terblokir keblokir
nunggak: tunggakan menunggak nunggaknya
iuran: iurannya premi iurane
bantuan: bansos bantuannya
fiktif: piktif
kaya: sugih beunghar tajir
mampu: mampuh
pns: asn
padahal: pdhl padahl
adil: adl
pilihkasih: pilkas
ditahan: dipegang ditahannya
dipaksa: paksa diancam dipecat ancam ngancam mengancam maksa memaksa
bohong: boong ngebohong ngibul wadul ngapusi bohongan bokis bual
janji: janjinya
tertukar: ketuker ketukar tuker
perbaiki: betulkan benerin benahi koreksi ubah ralat ngoreksi betulin memperbaiki dibenerin
dipakai: pakai pake dipake digunakan kepake dienggo makai
bisa: bs iso saged tiasa isok bsa
login:
petugas: ptugas officer
rt: pakrt erte ketua rtna
rw: erwe
kelurahan: klurahan lurah kelurahn
"""

_LIGHT = """
tapi: tp tpi tetapi namun nanging ning ngan but tapina sayangnya
cuma: cuman hanya mung namung cma cm
karena: krn karna soalnya soale sabab amargi gara because goro sebab kerana lantaran gegara
kalau: klo kl kalo lamun nek menawa bila jika if klw kalu kalaw apabila misal misalnya
dan: dn jeung sareng lan and
atau: ato atw or atawa utawi
yang: yg nu sing ingkang
itu: tu eta kae
ini: ieu iki punika
dengan: dgn dg
dari: dr ti saking soko seko dri
di: d dina ing neng nang in at
ke: kana menyang
untuk: utk buat bwt kanggo kangge
sama: ama sm karo ku kalih
juga: jg jga oge ugi too
saja: aja aje bae mawon doang doank aj
masih: msh msih isih tasih taksih keneh still
sekarang: skrg skr skrang ayeuna saiki sakniki sakmeniko now srkang
sampai: nyampe nyampek nyampai smp sampe dugi nganti ngantos smpai nepi
dulu: dlu heula rumiyin disek riyin dl
tadi: td
kemarin: kmrn kmarin kamari wingi kmren
lama: lm suwe dangu lami lame lma
tahun: thn th taun tahunan
bulan: bln bulanan wulan sasih
hari: hr dinten dino
pas: nalika wekdal saat ketika tatkala
waktu: wktu wkt
baru: br bru nembe anyar kakara lagek
lalu: kepungkur kapengker
banget: bgt bngt pisan sekali skali sangat bget
semua: smua sadaya sedoyo kabeh sedaya smuanya semuanya
sendiri: sndiri nyalira dewe piyambak
kerja: krja kerjo damel nyambut bekerja krj gawe nyambutdamel kerjaan pekerjaan kerjaannya
narik: ngojek ngojol ngegrab
pindah: pndah pindahan ngalih alih
pulang: mulih wangsul uwih balik
besok: bsok isuk isukan sesuk benjang esok bsk
ok: oke okeh okey okay okee okk okei
siap: siaap syiap
sip: sipp mantap mantab mantul joss jos
baik: baiklah baek apik sae good
halo: hallo hai hi hay hei hey helo hello alo hallow haloo permisi prmisi misi kulonuwun sampurasun
maaf: maap mf maav hapunten ngapunten ngapuro sori sorry sory maapin afwan punten pangapunten
salam: assalamualaikum asalamualaikum assalamualaikm aslm assalam waalaikumsalam waalaikumussalam walaikumsalam
  wassalamualaikum asslm assalamuallaikum waalaikumslm wr wb wassalam samlekum askum
alhamdulillah: alhamdulilah alhmdulillah alhmdllh syukur alhamdulillahh hamdalah alhamdullilah alhmdlillah
insyaallah: insyallah insyaalloh insaallah inshaallah insyaalah insallah
semoga: smoga mugi mudah2an mugia mugo mudahan
tolong: tlg tlong tulung please pls plis plz
mohon: harap mhn mhon mohn
terimakasih: hatur matur makasih makasi mksh mksih mksi trims tks thx thanks tq trimakasih trmksh trimksh nuhun suwun
  nuwun tengkyu thankyou thank makasihh terimaksih makaci maturnuwun hnur trmakasih mks
jempol: jempolan
yaudah: yasudah yauda yaudh ywdh yowes yowis yasud yasudahlah yaudahlah
yaelah: yaela elah
nyasar: salsam
apapun: apapunn apa2 siapapun
ampun: ampuun astaga astagfirullah astaghfirullah
allah: alloh tuhan gusti rabb gustii
gratis: grts haratis free cuma2 gratiss
uji: tes test ping testing
hp: handphone hape ponsel
info: informasi infonya infone infona
diantar: dianter dianterin dianterkan antar anterin nganter diterne dianteur
mulai: start mimiti
tukang: tkang
"""

# Words that rules name as they are, and that count as known.
_NAMED = """
dadah dilarang gitu samasama tenang tnang lewat aman jaman zaman dompet lemari tas tinggal denger dengar diri kira
atas bilang malah malahan boro bnyk maupun amin aamiin otw gang gas gaskan otewe polisi diambil dibawa dibalikin
kurang angka huruf ejaan igd putus truk gergaji sopan kabur oknum marah bentak nuduh silakan silahkan boleh bagus
semangat sukses lancar selesai beres lunas penuh isi diisi kabar bareng ketemu pergi beda nunggu menunggu antri antre
ambil bawa buka tutup ganti pasang cari nyari jemput belanja masjid gereja sholat solat puasa lebaran mudik libur cuti
gajian nasi goreng ayam kopi teh pesanan ongkir alamat lokasi depan belakang kiri kanan bawah simpang terminal stasiun
situ sana sini begini hakim lurah camat walikota bupati presiden pemilu caleg partai bola main game lagu film hijau
biru merah kuning putih hitam warna bentuk kecil panjang pendek bayi hamil lahir ulang ultah wisuda dosa surga seluruh
setiap selalu kadang biasanya akhirnya awalnya ternyata rupanya sebenarnya sebetulnya sesungguhnya kebetulan mangga
monggo begitulah banyak cara supaya biar agar moga kuota sinyal waktu paket minggu kontrakan beliau dia mereka kesini
lho sih dong deh kah lah atuh mah euy loh sebagai warga bekasi kota pemkot sigap program layanan tangan pegang
bulannya ojek ojol driver grab gojek becak pedagang penjual jualan dagang pemulung mulung bubur bakso pasar kaki art
cuci nelayan buruh kuli supir sopir parkir kurir tani petani warung asisten tangga rumah sakit bantargebang galaxy
januari februari maret april mei juni juli agustus september oktober november desember sejak maksud dunia motor mobil
lampu pulsa kontak iuran usaha pabrik produksi bus halte angkot rokok merokok proyek order gaji setengah antara
sambung jmo aplikasi kantor list lihat hasil jalan makan tidur malam baca jawab dijawab balas bales kabari tunggu
bentar sebentar tunjuk kasus pelayanan lambat tanda fiktif sasaran tepat bagi dikasih kasih dikirim keluar muncul
ditemukan sembuh kuduga biasa habis tua miskin nikah vaksin bangun sampai transfer resign pensiun kampung berobat
ditanggung ramah gila anjing goblok bangsat kampret bacot monyet babi asu urut pangkalan malu butuh berminat minat
penting lucu mungkin bercanda serius beneran masa kali terserah sahabat teman majikan bos pengaduan ular mesin atap
besi batu kartini sekolah sayang dewe sama mari sekian demikian hormat resmi asli santai cukup lampirkan kumpul
ngumpulin formulir fotokopi masing tiap sering kalian pribadi keberatan bersedia menang klik link promo jual beli
pinjaman slot susu gula gigi ludah mudah muda besar mabuk masak minum minyak sunah sudut rudal sadar sedih dapur darat
ikan ikat masam musuh beras belah bela bedak bakar layar datang dateng teko kurus kasur kasar kebun tabur tebal badan
balai banjir hujan macet panas dingin hidup sehat pusing lapar haus cinta kangen rindu pagi siang sore petang subuh
magrib kapal karton kartun benang bening bensin betah betina pulau punah pundak mundur murah mahal cepat pelan yakni
yayasan yamaha yatim yaman salon salib sayur saring adik adat ajak akan akar akal alat alam awas ayah ibu bapak kakak
abang mama papa ema bunda gabung pengajian kakek nenek keponakan mertua menantu sepupu
"""


def word_set(text: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(text.split())


# What is said around an answer without changing it. It also ends a clause: "belum pak, caranya?"
ADDRESS = word_set(
    "pak pa pk bpk bp bapake bu buk mas mba mbak mbk kak ka kka kang akang teh teteh bang om oom tante mang neng ceu"
    " dik dek de bun ummi umi pakde bude budhe mamah gan agan min mimin admin sir madam bro bray sis boss komandan ndan"
    " cak ning mbok mpok mbah paman cuy guys juragan sob coy broo bos bosku bung ust ustad"
)
PARTICLES = word_set(
    "dong donk deh sih si lho loh tuh tuch nih nich atuh mah euy tho to toh kok koq ko lur ah eh oh oo wah waduh aduh"
    " duh hehe hehehe hihi wkwk wkwkwk wkwkwkwk haha hahaha xixi wk hmm hm em emm emang memang kan nya pun woi woy rek"
    " cah yah bismillah mbaknya the is are it of nomornya puji"
)

_PHRASES = {
    "he eh": "ya",
    "ho oh": "ya",
    "hu um": "ya",
    "not me": "nyasar",
    "yes i am": "ya",
    "hapus no": "hapus nomor",
    "iya kk": "ya",
    "ya kk": "ya",
    "sudah kk": "sudah",
    "belum kk": "belum",
    "saya dan istri": "saya",
    "saya dan suami": "saya",
    "teu acan": "belum",
    "not yet": "belum",
    "ora tau": "tidak pernah",
    "ra tau": "tidak pernah",
    "durung tau": "belum pernah",
    "gak tau oleh": "tidak pernah dapat",
    "belum pernah": "belum",
    "do not": "jangan",
    "don t": "jangan",
    "jangan tahu": "tidak tahu",
    "do not know": "tidak tahu",
    "no idea": "tidak tahu",
    "passed away": "meninggal",
    "tilar dunya": "meninggal",
    "tilar donya": "meninggal",
    "mboten wonten": "tidak ada",
    "ga usah": "jangan",
    "tidak usah": "jangan",
    "gausah": "jangan",
    "gosah": "jangan",
    "gusah": "jangan",
    "rasah": "jangan",
    "teu usah": "jangan",
    "ampun sms": "jangan sms",
    "ampun kirim": "jangan kirim",
    "ampun ngirim": "jangan kirim",
    "tong sms": "jangan sms",
    "tong ganggu": "jangan ganggu",
    "tong kirim": "jangan kirim",
    "aja sms": "jangan sms",
    "aja ngirim": "jangan kirim",
    "aja ganggu": "jangan ganggu",
    "no more": "jangan",
    "leave me alone": "jangan ganggu",
    "leave saya alone": "jangan ganggu",
    "opt out": "stop",
    "nyambut damel": "kerja",
    "nyambut gawe": "kerja",
    "kalau tidak salah": "kayaknya",
    "kalau gasalah": "kayaknya",
    "i think so": "kayaknya",
    "i think": "kayaknya",
    "bisa jadi": "mungkin",
    "mudah mudahan": "semoga",
    "insya allah": "insyaallah",
    "in sya allah": "insyaallah",
    "mana saya tahu": "tidak tahu",
    "mana tahu": "tidak tahu",
    "tahu ah": "entah",
    "tahu dah": "entah",
    "tahu sudah": "entah",
    "tahu deh": "entah",
    "au ah": "entah",
    "au dah": "entah",
    "kartu indonesia sehat": "kesehatan",
    "orang tua": "orangtua",
    "rumah sakit": "rs",
    "pilih kasih": "pilihkasih",
    "non aktif": "nonaktif",
    "dua kali": "dobel",
    "pungutan liar": "dipungut",
    "bolak balik": "susah",
    "ping pong": "susah",
    "masa iya": "masa",
    "ya masa": "masa",
    "sama sama": "samasama",
    "sudah ah": "begitulah",
    "dah ya": "begitulah",
    "ikut dong": "mau ikut",
    "daftar dong": "mau daftar",
    "jangan ingat": "tidak ingat",
    "tos pupus": "meninggal",
    "atos pupus": "meninggal",
    "geus pupus": "meninggal",
    "parantos pupus": "meninggal",
    "berhenti kenapa": "berhenti",
    "terimakasih sudah tanya": "terimakasih",
    "sama sekali": "sekali",
    "iya kali": "mungkin",
    "oh ya": "begitulah",
    "oh iya": "begitulah",
    "kayak gitu": "itu",
    "kayak gituan": "itu",
    "kayak gini": "ini",
    "kayak ginian": "ini",
    "kayak itu": "itu",
    "gituan": "itu",
    "begituan": "itu",
    "ginian": "ini",
    "beginian": "ini",
    "sampun ngantos": "jangan",
    "pun ngantos": "jangan",
    "boro boro": "tidak",
    "bnyk": "banyak",
    "setahu saya": "kayaknya",
    "saya kira": "kayaknya",
    "atas nama saya": "saya",
    "atas nama": "nama",
    "dimana saja": "sekali",
    "ya kali": "begitulah",
    "ya kan": "begitulah",
    "iya kan": "begitulah",
    "ya gitu": "begitulah",
    "iya gitu": "begitulah",
    "ya gimana": "begitulah",
    "ya sudah deh": "begitulah",
    "ya sudah lah": "begitulah",
    "gada": "tidak ada",
    "gaada": "tidak ada",
    "gda": "tidak ada",
    "ga da": "tidak ada",
    "sudah oleh": "sudah dapat",
    "belum oleh": "belum dapat",
    "tidak oleh": "tidak dapat",
    "udah dong smsnya": "cukup sms",
    "udah dong sms": "cukup sms",
    "apa apa": "apapun",
    "siapa siapa": "apapun",
    "kulo nuwun": "halo",
    "mandheg nyambut": "berhenti kerja",
    "terima kasih": "terimakasih",
    "trima kasih": "terimakasih",
    "trm ksh": "terimakasih",
    "puji tuhan": "alhamdulillah",
    "puji allah": "alhamdulillah",
    "maaf baru balas": "maaf",
    "baru balas": "maaf",
    "baru buka hp": "maaf",
    "salah nomor": "nyasar",
    "salah sambung": "nyasar",
    "salah orang": "nyasar",
    "selamat pagi": "halo",
    "selamat siang": "halo",
    "selamat sore": "halo",
    "selamat malam": "halo",
    "kerja lagi": "kerja",
    "tidak kurang": "tidak",
    "setengah setengah": "ragu",
    "no hp": "nomor",
    "no handphone": "nomor",
    "no kartu": "nomor kartu",
    "no kartunya": "nomor kartu",
    "kartu no": "kartu nomor",
    "kartunya no": "kartu nomor",
    "rumah tangga": "art",
    "di tangan": "punya",
}


def _surfaces(block: str) -> Iterator[tuple[str, str]]:
    """Each way to write a word, with the word."""
    word = ""
    for line in block.strip().splitlines():
        if ":" in line:
            word, _, line = line.partition(":")
            yield word, word
        for variant in line.split():
            yield variant, word


def without_repeats(word: str) -> str:
    """A word as it was meant by an angry or a happy thumb: iyaaa is iya, and so is iyya."""
    return _REPEATED.sub(r"\1", word)


_REPEATED = re.compile(r"(\D)\1+")
_BLOCKS = (_CORE, _COMPLAINTS, _LIGHT)
_SEVERAL = [pair for block in _BLOCKS for pair in _surfaces(block)] + [(word, word) for word in _NAMED.split()]
_SEVERAL += [(word, word) for word in ADDRESS | PARTICLES]
KNOWN: dict[str, str] = {}  # as written: the word it stands for
for _surface, _word in _SEVERAL:
    KNOWN.setdefault(_surface, _word)
COLLAPSED: dict[str, str] = {}
for _surface, _word in _SEVERAL:
    COLLAPSED.setdefault(without_repeats(_surface), _word)
PHRASES = {tuple(phrase.split()): tuple(word.split()) for phrase, word in _PHRASES.items()}
LONGEST_PHRASE = max(map(len, PHRASES))

SIGNS = {
    **dict.fromkeys("👍✅✔☑💯🆗", "jempol"),
    **dict.fromkeys("👎❌✖🙅", "tidak"),
    **dict.fromkeys("🤷🤔", "entah"),
    "🛑": "stop",
    "🚫": "jangan",
    "❓": "?",
    "❔": "?",
}
