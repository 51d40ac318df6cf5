import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The five tables of the Open University's dataset that the example reads, with made-up lines for each case that they can hold. */
export const COURSES = `"code_module","code_presentation","module_presentation_length"
"AAA","2015J","152"
"BBB","2016B","29"
"CCC","2014B","241"
"DDD","2014J","269"
"EEE","2013J","268"
"EEE","2014B","28"
"FFF","2015B","28"
`;

// Every column that must not come out holds a value found nowhere else in the folder.
const HEADER =
  '"code_module","code_presentation","id_student","gender","region","highest_education","imd_band","age_band","num_of_prev_attempts","studied_credits","disability","final_result"';
const FORBIDDEN = ['Zz-gender', 'Zz-region', 'Zz-education', 'Zz-imd', 'Zz-age', 'Zz-attempts', 'Zz-credits', 'Zz-disability'];
const quoted = (values: readonly string[]): string => values.map((value) => `"${value}"`).join(',');
export const info = (module: string, presentation: string, learner: string, result: string): string =>
  quoted([module, presentation, learner, ...FORBIDDEN, result]);
export const STUDENTS = `${[
  HEADER,
  info('DDD', '2014J', '30', 'Pass'),
  info('AAA', '2015J', '7', 'Pass'),
  info('BBB', '2016B', '7', 'Distinction'),
  info('CCC', '2014B', '30', 'Distinction'),
  info('AAA', '2015J', '8', 'Fail'),
  info('BBB', '2016B', '8', 'Withdrawn'),
  info('FFF', '2015B', '9', 'Pass'),
  info('EEE', '2014B', '9', 'Pass'),
  info('EEE', '2014B', '10', 'Withdrawn'),
  info('EEE', '2013J', '10', 'Withdrawn'),
  info('FFF', '2015B', '11', 'Withdrawn'),
].join('\n')}\n`;

export const ASSESSMENTS = `"code_module","code_presentation","id_assessment","assessment_type","date","weight"
"AAA","2015J","101","TMA","19","Zz-weight"
"AAA","2015J","103","Exam","","100"
"AAA","2015J","102","TMA","54","20"
"BBB","2016B","201","CMA","10","5"
"EEE","2013J","301","TMA","20","5"
"EEE","2014B","302","TMA","20","5"
`;
export const registration = (...line: [module: string, presentation: string, learner: string, on: string, off: string]) =>
  quoted(line);
export const REGISTRATIONS = `${[
  '"code_module","code_presentation","id_student","date_registration","date_unregistration"',
  registration('DDD', '2014J', '30', '-10', ''),
  registration('AAA', '2015J', '7', '-5', ''),
  registration('BBB', '2016B', '7', '0', ''),
  registration('CCC', '2014B', '30', '', ''),
  registration('AAA', '2015J', '8', '-1', '3'),
  registration('BBB', '2016B', '8', '-20', '12'),
  registration('FFF', '2015B', '9', '1', '?'),
  registration('EEE', '2014B', '9', '2', ''),
  registration('EEE', '2014B', '10', '0', ''),
  registration('EEE', '2013J', '10', '-1', '123'),
  registration('FFF', '2015B', '11', '', '5'),
].join('\n')}\n`;
export const SUBMISSIONS = `id_student,id_assessment,date_submitted,is_banked,score
7,103,152,0,90
7,101,18,0,78.5
7,102,54,0,?
7,201,-1,1,60
8,101,-1,0,50
8,201,12,0,40
8,102,140,0,0
10,301,130,0,55
10,302,8,0,65
`;

/** Some of them compressed, as either form is read. */
export function writeTables(folder: string): void {
  writeFileSync(join(folder, 'courses.csv'), COURSES);
  writeFileSync(join(folder, 'studentInfo.csv.gz'), gzipSync(STUDENTS));
  writeFileSync(join(folder, 'assessments.csv'), ASSESSMENTS);
  writeFileSync(join(folder, 'studentRegistration.csv'), REGISTRATIONS);
  writeFileSync(join(folder, 'studentAssessment.csv.gz'), gzipSync(SUBMISSIONS));
}
