// Writes api/src/reference/{countries,languages}.json. Needs Node 20 or later with full ICU, and no network.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const here = new URL('./', import.meta.url);
const target = new URL('../../api/src/reference/', here);
const displayLanguages = ['en', 'es', 'fr', 'ar', 'pt'];

function namer(type, style = 'long') {
  const by = displayLanguages.map((l) => [l, new Intl.DisplayNames(l, { type, style, fallback: 'none' })]);
  return (code, own = {}) => {
    const english = own.en ?? by[0][1].of(code);
    return Object.fromEntries(by.map(([l, d]) => [l, clean(own[l] ?? d.of(code) ?? english)]));
  };
}

// Names carry no invisible direction marks.
function clean(text) {
  return text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim().normalize('NFC');
}

function write(name, rows) {
  rows.sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
  const text = `[\n${rows.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`;
  mkdirSync(target, { recursive: true });
  writeFileSync(new URL(name, target), text);
  console.log(`${name}: ${rows.length}`);
}

function check(ok, message) {
  if (!ok) throw new Error(message);
}

// ---- countries

// Where points.csv has no point, or one that is far from what a reader of a map expects.
const overrides = {
  AQ: [-80, 20], // the plateau, not the coast of the largest polygon
  CC: [-12.19, 96.83], // West Island, not the lagoon
  EH: [24.3, -13.4],
  FJ: [-17.8, 178], // Viti Levu
  KI: [1.36, 173.1], // Tarawa, where most people live
  MA: [31.9, -6.3],
  MP: [15.19, 145.75], // Saipan
  MY: [4, 102.3], // the peninsula; the middle of both parts is at sea
  NO: [64, 12.1],
  NZ: [-41.6, 172.8], // between both islands
  PH: [12.4, 122.05], // Tablas, between north and south
  PN: [-25.07, -130.1], // Adamstown
  TK: [-9.17, -171.82], // Nukunonu
  TV: [-8.52, 179.2], // Funafuti
  UA: [48.98, 31.39],
  VA: [41.9, 12.45],
};

// CLDR's short form is the usual name here; the long one spells out an administrative status.
const shortForm = new Set(['HK', 'MO', 'PS']);

const regionLong = namer('region');
const regionShort = namer('region', 'short');

const countries = readFileSync(new URL('points.csv', here), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [code, alpha3, numeric, csvLat, csvLon] = line.split(',');
    const [lat, lon] = overrides[code] ?? [csvLat, csvLon].map((v) => (v === '' ? NaN : Number(v)));
    check(Math.abs(lat) <= 85 && Math.abs(lon) <= 180, `${code}: no usable point`);
    const names = (shortForm.has(code) ? regionShort : regionLong)(code);
    check(Object.values(names).every((n) => n && n !== code), `${code}: a name is missing`);
    return { code, alpha3, numeric, names, point: { lat, lon } };
  });

for (const member of ['code', 'alpha3', 'numeric']) {
  check(new Set(countries.map((c) => c[member])).size === 249, `${member}: not 249 different ones`);
}
write('countries.json', countries);

// ---- languages

// Not languages, or no longer codes: `bh` was withdrawn in favour of its members.
const skipped = new Set(['mis', 'mul', 'root', 'und', 'zxx', 'art', 'bh']);

// ISO 639-1 codes that CLDR folds into another one, while records use them as languages of their own.
const kept = {
  tl: { en: 'Tagalog', es: 'tagalo', fr: 'tagalog', ar: 'التاغالوغية', pt: 'tagalo' },
  tw: { en: 'Twi', es: 'twi', fr: 'twi', ar: 'التوي', pt: 'twi' },
};

// Endonyms of languages without a CLDR locale of their own. Any other such language shows its English name.
const endonyms = {
  aa: 'Qafaraf', ab: 'аԥсшәа', ae: 'Avesta', an: 'aragonés', av: 'магӀарул мацӀ', ay: 'Aymar aru', bi: 'Bislama',
  ch: 'Chamoru', co: 'corsu', cr: 'ᓀᐦᐃᔭᐍᐏᐣ', cu: 'словѣньскъ', dv: 'ދިވެހި', fj: 'Na Vosa Vakaviti', gn: 'avañeʼẽ',
  ho: 'Hiri Motu', ht: 'kreyòl ayisyen', hz: 'Otjiherero', ik: 'Iñupiaq', io: 'Ido', iu: 'ᐃᓄᒃᑎᑐᑦ', kg: 'Kikongo',
  kj: 'Oshikwanyama', kr: 'Kanuri', kv: 'коми кыв', la: 'Latina', li: 'Limburgs', mh: 'Kajin M̧ajeļ', na: 'dorerin Naoero',
  ng: 'Oshindonga', nr: 'isiNdebele', nv: 'Diné bizaad', ny: 'Chichewa', oj: 'ᐊᓂᔑᓈᐯᒧᐎᓐ', pi: 'Pāḷi', sm: 'Gagana Samoa',
  ss: 'siSwati', tl: 'Tagalog', ts: 'Xitsonga', tw: 'Twi', ty: 'reo Tahiti', ve: 'Tshivenḓa', vo: 'Volapük', wa: 'walon',
  ach: 'Acholi', ary: 'الدارجة المغربية', arz: 'مصرى', arq: 'الدارجة الجزائرية', aeb: 'الدارجة التونسية', arn: 'Mapudungun',
  bar: 'Boarisch', bjn: 'Banjar', bug: 'Basa Ugi', crh: 'qırımtatarca', ext: 'estremeñu', frp: 'arpetan', grc: 'ἑλληνική',
  guc: 'wayuunaiki', hak: '客家語', hil: 'Hiligaynon', ilo: 'Ilokano', jam: 'Patwa', jbo: 'lojban', kri: 'Krio', ltg: 'latgaļu',
  loz: 'siLozi', lua: 'Tshiluba', lzh: '文言', mad: 'Madhurâ', min: 'Minangkabau', mos: 'Mooré', mwl: 'mirandés',
  nan: '閩南語', nap: 'napulitano', pag: 'Pangasinan', pam: 'Kapampangan', pap: 'Papiamentu', pcd: 'picard', quc: 'Kʼicheʼ',
  rap: 'Rapa Nui', rom: 'romani čhib', rup: 'armãneashti', sco: 'Scots', sma: 'åarjelsaemien', smj: 'julevsámegiella',
  sms: 'sääʹmǩiõll', srn: 'Sranantongo', tet: 'Tetun', tpi: 'Tok Pisin', tum: 'Chitumbuka', vro: 'võro', wuu: '吴语',
  war: 'Winaray',
};

const rtlScripts = new Set([
  'Adlm', 'Arab', 'Armi', 'Avst', 'Hebr', 'Mand', 'Nkoo', 'Orkh', 'Phli', 'Phnx', 'Prti', 'Rohg', 'Samr', 'Sogd', 'Syrc', 'Thaa',
]);

const languageName = namer('language');
const englishLanguage = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

function isListed(code) {
  if (code in kept) return true;
  if (skipped.has(code) || Intl.getCanonicalLocales(code)[0] !== code) return false;
  return englishLanguage.of(code) !== undefined;
}

function endonym(code, names) {
  if (code in endonyms) return clean(endonyms[code]);
  const known = Intl.DisplayNames.supportedLocalesOf([code]).length > 0;
  const own = known ? new Intl.DisplayNames(code, { type: 'language', fallback: 'none' }).of(code) : undefined;
  return clean(own ?? names.en);
}

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const pairs = letters.flatMap((a) => letters.map((b) => a + b));
const triples = pairs.flatMap((p) => letters.map((c) => p + c));

const languages = [...pairs, ...triples].filter(isListed).map((code) => {
  const names = languageName(code, kept[code]);
  const direction = rtlScripts.has(new Intl.Locale(code).maximize().script) ? 'rtl' : 'ltr';
  return { code, names, endonym: endonym(code, names), direction };
});

check(languages.filter((l) => l.code.length === 2).length === 183, 'ISO 639-1 has 183 codes');
write('languages.json', languages);
