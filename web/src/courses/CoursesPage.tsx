import { useStore } from 'zustand';
import { route } from '../app/route.ts';
import { CourseList } from './CourseList.tsx';
import { CourseView } from './CourseView.tsx';
import './courses.css';

/** `#/courses`, and one of them at `#/courses/ID/TAB`. */
export default function CoursesPage() {
  const rest = useStore(route, (now) => now.rest);
  const [course, tab] = rest;
  return course === undefined ? (
    <CourseList />
  ) : (
    <CourseView key={course} course={course} tab={tab ?? null} />
  );
}
