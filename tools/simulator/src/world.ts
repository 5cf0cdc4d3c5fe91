/** A mobile network as traffic sees it. */
export interface MobileNetwork {
  country: string;
  callingCode: string;
  mcc: string;
  mnc: string;
  operator: string;
  /** National prefixes of its numbers, without the calling code. */
  prefixes: readonly string[];
  /** Digits of a national number, the prefix included. */
  nationalDigits: number;
}

/** country | calling code | MCC | national digits | mnc operator prefix,prefix ; … Busiest destinations first. */
const TABLE = `
DE|49|262|11|01 Telekom 151,160,170,171,175;02 Vodafone 152,162,172,173,174;03 O2 157,159,176,177,178,179
GB|44|234|10|10 O2 7700,7701,7710,7711;15 Vodafone 7740,7741,7747;20 Three 7723,7727,7728;30 EE 7794,7812,7930
FR|33|208|9|01 Orange 630,631,632,680;10 SFR 609,610,611,612;15 Free 651,652,767;20 Bouygues 650,660,661,698
US|1|310|10|260 T-Mobile 2015,3055,4045;410 AT&T 2125,2145,4155
US|1|311|10|480 Verizon 2025,3105,6175
IN|91|404|10|10 Airtel 98100,98101,98180;20 Vodafone-Idea 98200,98201,98333
IN|91|405|10|857 Jio 70000,70140,89760
ES|34|214|9|01 Vodafone 600,607,610;03 Orange 605,615,625;07 Movistar 609,616,626;04 Yoigo 622,633
IT|39|222|10|01 TIM 330,333,334;10 Vodafone 340,345,347;50 Iliad 351,352;88 WindTre 320,328,329
NL|31|204|9|04 Vodafone 611,621,625;08 KPN 610,612,622;16 Odido 614,624,628
PL|48|260|9|01 Plus 601,603,605;02 T-Mobile 602,604,606;03 Orange 501,502,503;06 Play 530,531,533
TR|90|286|10|01 Turkcell 532,533,535;02 Vodafone 542,543,545;03 TurkTelekom 505,506,552
BR|55|724|11|05 Claro 11991,21991,31991;06 Vivo 11971,21971,31971;02 TIM 11981,21981,41991
MX|52|334|10|020 Telcel 5510,5511,3310;050 ATT 5540,5541,8110;03 Movistar 5534,5535,3331
SA|966|420|9|01 STC 50,53,55;03 Mobily 54,56;04 Zain 58,59
AE|971|424|9|02 Etisalat 50,54,56;03 du 52,55,58
ID|62|510|11|10 Telkomsel 811,812,813;01 Indosat 815,816,857;11 XL 817,818,877
PH|63|515|10|02 Globe 905,906,917;03 Smart 908,918,920
VN|84|452|9|01 MobiFone 90,93,70;02 Vinaphone 91,94,81;04 Viettel 96,97,98
TH|66|520|9|03 AIS 811,812,817;05 DTAC 814,815,816;04 TrueMove 830,831,860
NG|234|621|10|20 Airtel 802,808,812;30 MTN 803,806,810;50 Glo 805,807,811;60 9mobile 809,817,818
ZA|27|655|9|01 Vodacom 82,72,76;07 CellC 84,74;10 MTN 83,73,78
KE|254|639|9|02 Safaricom 701,710,722;03 Airtel 731,733,750
EG|20|602|10|01 Orange 120,122,127;02 Vodafone 100,101,106;03 Etisalat 110,111,114
MA|212|604|9|00 Orange 612,614,617;01 IAM 661,662,666;02 inwi 626,627,629
PK|92|410|10|01 Jazz 300,301,302;04 Zong 310,311,313;06 Telenor 340,341,345
BD|880|470|10|01 Grameenphone 171,174,175;02 Robi 181,183,186;03 Banglalink 191,194,196
RU|7|250|10|01 MTS 910,911,915;02 MegaFon 920,921,925;99 Beeline 903,905,906
UA|380|255|9|01 Vodafone 50,66,95;03 Kyivstar 67,68,96;06 lifecell 63,73,93
RO|40|226|9|01 Vodafone 72,73;10 Orange 74,75;05 Digi 77
PT|351|268|9|01 Vodafone 91;03 NOS 93;06 MEO 96
BE|32|206|9|01 Proximus 470,471,475;10 Orange 490,491,495;20 Base 483,484,486
CH|41|228|9|01 Swisscom 79,75;02 Sunrise 76;03 Salt 78
AT|43|232|10|01 A1 664;03 Magenta 676;05 Drei 660,699
SE|46|240|9|01 Telia 70;07 Tele2 73;08 Telenor 76
AU|61|505|9|01 Telstra 417,418,427;02 Optus 411,412,421;03 Vodafone 404,414,424
JP|81|440|10|10 docomo 901,902,908;20 SoftBank 909,802;50 KDDI 903,904
CN|86|460|11|00 Mobile 134,135,138;01 Unicom 130,131,186;03 Telecom 133,153,189
CO|57|732|10|101 Claro 310,311,313;103 Tigo 300,301;123 Movistar 315,316,318
AR|54|722|11|07 Movistar 9115,9116;310 Claro 9113,9114;34 Personal 9112,9117
AG|1|338|10|050 Digicel 2687
LC|1|338|10|050 Digicel 7587
`;

/** Real networks in the order of their traffic; one of them (338-050) spans two countries. */
export const NETWORKS: readonly MobileNetwork[] = TABLE.trim().split('\n').flatMap(parseLine);

/** Networks that no demo card prices: their legs are unrated, with a reason, and never zero. */
export const UNPRICED: readonly MobileNetwork[] = [
  { country: 'FM', callingCode: '691', mcc: '550', mnc: '01', operator: 'FSMTC', prefixes: ['920'], nationalDigits: 7 },
  { country: 'TV', callingCode: '688', mcc: '553', mnc: '01', operator: 'TTC', prefixes: ['90'], nationalDigits: 6 },
];

function parseLine(line: string): MobileNetwork[] {
  const [country = '', callingCode = '', mcc = '', digits = '', networks = ''] = line.split('|');
  return networks.split(';').map((text) => {
    const [mnc = '', operator = '', prefixes = ''] = text.split(' ');
    return { country, callingCode, mcc, mnc, operator, prefixes: prefixes.split(','), nationalDigits: Number(digits) };
  });
}
